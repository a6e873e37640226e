//! Offset pagination.

use crate::db::Slice;

/// A page of a list.
pub struct Page<T> {
    /// Items of the page.
    pub items: Vec<T>,
    /// Number of the page, counted from 1.
    pub number: u32,
    /// Number of pages; at least 1.
    pub pages: u32,
    /// Number of items on all pages.
    pub total: u32,
}

/// Returns a page of a list; a page beyond the last one is replaced by the last. `read` returns the items of a slice with
/// the total number; the total is only used if there are items.
///
/// # Errors
/// Returns the errors of `read`.
pub async fn page<T, E, F>(number: u32, size: u32, read: impl Fn(Slice) -> F) -> Result<Page<T>, E>
where
    F: Future<Output = Result<(Vec<T>, i64), E>>,
{
    let read = |number: u32| read(Slice { limit: i64::from(size), offset: i64::from(number - 1) * i64::from(size) });
    let pages_of = |total: i64| u32::try_from(total.max(1)).unwrap_or(u32::MAX).div_ceil(size);
    let mut number = number.max(1);
    let (mut items, mut total) = read(number).await?;
    if items.is_empty() && number > 1 {
        // A page beyond the last returns no total, so read the first page to get it.
        (items, total) = read(1).await?;
        number = pages_of(total);
        if number > 1 {
            (items, total) = read(number).await?;
        }
    }
    Ok(Page { items, number, pages: pages_of(total), total: u32::try_from(total).unwrap_or(u32::MAX) })
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    async fn of(total: i64, number: u32) -> (Vec<i64>, u32, u32, u32) {
        let read = |Slice { limit, offset }| async move {
            let items: Vec<_> = (offset..total).take(usize::try_from(limit).unwrap_or_default()).collect();
            let known = if items.is_empty() { 0 } else { total };
            Ok::<_, Infallible>((items, known))
        };
        let Ok(page) = page(number, 2, read).await;
        (page.items, page.number, page.pages, page.total)
    }

    #[tokio::test]
    async fn page_is_clamped_to_existing_pages() {
        assert_eq!(of(0, 1).await, (vec![], 1, 1, 0));
        assert_eq!(of(0, 7).await, (vec![], 1, 1, 0));
        assert_eq!(of(3, 0).await, (vec![0, 1], 1, 2, 3));
        assert_eq!(of(3, 2).await, (vec![2], 2, 2, 3));
        assert_eq!(of(4, u32::MAX).await, (vec![2, 3], 2, 2, 4));
        assert_eq!(of(1, 2).await, (vec![0], 1, 1, 1));
    }
}
