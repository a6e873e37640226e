//! Pages of lists.

/// A page of a list.
pub struct Page<T> {
    /// Those on it.
    pub items: Vec<T>,
    /// Which it is, counted from 1.
    pub number: u32,
    /// How many pages there are; at least one.
    pub pages: u32,
    /// How many there are on all pages.
    pub total: u32,
}

/// Reads a page of a list; beyond the last it is the last. `read` is given a limit and an offset, and returns with the items how many there are
/// in all, if it returns some.
///
/// # Errors
/// Those of `read`.
pub async fn page<T, E, F>(number: u32, size: u32, read: impl Fn(i64, i64) -> F) -> Result<Page<T>, E>
where
    F: Future<Output = Result<(Vec<T>, i64), E>>,
{
    let read = |number: u32| read(i64::from(size), i64::from(number - 1) * i64::from(size));
    let pages_of = |total: i64| u32::try_from(total.max(1)).unwrap_or(u32::MAX).div_ceil(size);
    let mut number = number.max(1);
    let (mut items, mut total) = read(number).await?;
    if items.is_empty() && number > 1 {
        // Beyond the last page nothing tells how many there are.
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
        let read = |limit: i64, offset: i64| async move {
            let items: Vec<_> = (offset..total).take(usize::try_from(limit).unwrap_or_default()).collect();
            let known = if items.is_empty() { 0 } else { total };
            Ok::<_, Infallible>((items, known))
        };
        let Ok(page) = page(number, 2, read).await;
        (page.items, page.number, page.pages, page.total)
    }

    #[tokio::test]
    async fn there_is_always_a_page_and_none_beyond_the_last() {
        assert_eq!(of(0, 1).await, (vec![], 1, 1, 0));
        assert_eq!(of(0, 7).await, (vec![], 1, 1, 0));
        assert_eq!(of(3, 0).await, (vec![0, 1], 1, 2, 3));
        assert_eq!(of(3, 2).await, (vec![2], 2, 2, 3));
        assert_eq!(of(4, u32::MAX).await, (vec![2, 3], 2, 2, 4));
        assert_eq!(of(1, 2).await, (vec![0], 1, 1, 1));
    }
}
