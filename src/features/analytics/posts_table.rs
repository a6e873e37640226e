use huntaze_domain::{
    analytics::{
        PostOrder, PostView, PostsPage,
        figures::{UNKNOWN, percent},
    },
    money::grouped,
    string_enum::StringEnum,
};
use huntaze_texts::Text;
use leptos::prelude::*;

use super::{AnalyticsQuery, css};
use crate::{
    features::time::LocalTime,
    ui::{
        a11y::VisuallyHidden,
        pagination::Pagination,
        segmented_links::{SegmentedLink, SegmentedLinks},
        table::Table,
    },
};

/// Paginated table of the posts of the period: best, worst or newest first.
#[component]
pub fn PostsTable(
    /// Current page of posts.
    page: PostsPage,
    /// Current query.
    query: AnalyticsQuery,
) -> impl IntoView {
    let table = if page.posts.is_empty() {
        view! { <p class=css::scale>"No posts of this period are known."</p> }.into_any()
    } else {
        view! {
            <Table label="Posts" numbers=true whole=true>
                <thead>
                    <tr>
                        <th scope="col">"Post"</th>
                        <th scope="col">"Views"</th>
                        <th scope="col">"Interactions"</th>
                        <th scope="col">"Per view"</th>
                    </tr>
                </thead>
                <tbody>{page.posts.iter().cloned().map(|post| view! { <Row post/> }).collect_view()}</tbody>
            </Table>
        }
        .into_any()
    };
    view! {
        <section aria-labelledby="posts" class=css::section>
            <div class=css::head>
                <h2 id="posts">{format!("Posts ({})", grouped(page.total.into()))}</h2>
                <a href=query.export("posts.csv") download="">"Download posts (CSV)"</a>
            </div>
            <Orders query=query.clone()/>
            {table}
            <Pagination
                label="Pages of posts"
                page=page.page
                pages=page.pages
                href=move |page| AnalyticsQuery { page, ..query.clone() }.href()
            />
        </section>
    }
}

#[component]
fn Orders(query: AnalyticsQuery) -> impl IntoView {
    let choice = move |order: &'static PostOrder| {
        let current = query.order == *order;
        let href = AnalyticsQuery { order: *order, page: 1, ..query.clone() }.href();
        view! { <SegmentedLink href current>{order.text()}</SegmentedLink> }
    };
    view! { <SegmentedLinks label="Order of posts">{PostOrder::ALL.iter().map(choice).collect_view()}</SegmentedLinks> }
}

#[component]
fn Row(post: PostView) -> impl IntoView {
    let number = |value: Option<i64>| match value {
        Some(value) => grouped(value).into_any(),
        None => unknown(),
    };
    let (views, interactions) = (number(post.views), number(post.interactions()));
    let engagement = match post.engagement() {
        Some(rate) => percent(rate).into_any(),
        None => unknown(),
    };
    let title = match post.title {
        title if title.is_empty() => "Without a text".into_any(),
        title => view! { <bdi lang=post.language>{title}</bdi> }.into_any(),
    };
    let title = match post.url {
        Some(url) => {
            view! { <a href=url rel="noopener" target="_blank">{title}<VisuallyHidden>" (opens in a new tab)"</VisuallyHidden></a> }
                .into_any()
        }
        None => title,
    };
    view! {
        <tr>
            <th scope="row">
                {title}
                <span class=css::account_name>{format!("{}, ", huntaze_texts::integrations::account(post.provider, &post.account_name))} <LocalTime time=post.published_at/></span>
            </th>
            <td>{views}</td>
            <td>{interactions}</td>
            <td>{engagement}</td>
        </tr>
    }
}

fn unknown() -> AnyView {
    view! {
        <span aria-hidden="true">{UNKNOWN}</span>
        <VisuallyHidden>"unknown"</VisuallyHidden>
    }
    .into_any()
}
