use leptos::prelude::*;

use super::{Looking, css};
use crate::{
    domain::{
        analytics::{PostOrder, PostView, PostsPage},
        choice::Choice,
        figures::{UNKNOWN, grouped, percent},
    },
    hooks::time::LocalTime,
    ui::{
        a11y::ScreenReaderOnly,
        choice_links::{ChoiceLink, ChoiceLinks},
    },
};

/// The posts of the period, fifty at a time: the best, the worst, or the newest first.
#[component]
pub fn PostsTable(
    /// A page of them.
    page: PostsPage,
    /// What is looked at.
    looking: Looking,
) -> impl IntoView {
    let table = if page.posts.is_empty() {
        view! { <p class=css::scale>"No posts of this period are known."</p> }.into_any()
    } else {
        view! {
            <div class=css::scroll tabindex="0" role="region" aria-label="Posts">
                <table class=css::table>
                    <thead>
                        <tr>
                            <th scope="col">"Post"</th>
                            <th scope="col">"Views"</th>
                            <th scope="col">"Interactions"</th>
                            <th scope="col">"Per view"</th>
                        </tr>
                    </thead>
                    <tbody>{page.posts.iter().cloned().map(|post| view! { <Row post/> }).collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <section aria-labelledby="posts" class=css::part>
            <div class=css::head>
                <h2 id="posts">{format!("Posts ({})", grouped(page.total.into()))}</h2>
                <a href=looking.export("posts.csv") rel="external" download="">"Download posts (CSV)"</a>
            </div>
            <Orders looking=looking.clone()/>
            {table}
            <Pages page looking/>
        </section>
    }
}

#[component]
fn Orders(looking: Looking) -> impl IntoView {
    let choice = move |order: &'static PostOrder| {
        let current = looking.order == *order;
        let href = Looking { order: *order, page: 1, ..looking.clone() }.href();
        view! { <ChoiceLink href current>{order.label()}</ChoiceLink> }
    };
    view! { <ChoiceLinks label="Order of posts">{PostOrder::ALL.iter().map(choice).collect_view()}</ChoiceLinks> }
}

#[component]
fn Pages(page: PostsPage, looking: Looking) -> impl IntoView {
    let to = |number: u32| Looking { page: number, ..looking.clone() }.href();
    let earlier = (page.page > 1).then(|| view! { <ChoiceLink href=to(page.page - 1) attr:rel="prev">"Previous page"</ChoiceLink> });
    let later = (page.page < page.pages).then(|| view! { <ChoiceLink href=to(page.page + 1) attr:rel="next">"Next page"</ChoiceLink> });
    (page.pages > 1).then(|| {
        view! {
            <ChoiceLinks label="Pages of posts">
                {earlier}
                <span class=css::scale>{format!("Page {} of {}", page.page, page.pages)}</span>
                {later}
            </ChoiceLinks>
        }
    })
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
    let title = if post.title.is_empty() { "Without a text".to_owned() } else { post.title };
    let title = match post.url {
        Some(url) => view! { <a href=url rel="external noopener" target="_blank">{title}<ScreenReaderOnly>" (opens in a new tab)"</ScreenReaderOnly></a> }.into_any(),
        None => title.into_any(),
    };
    view! {
        <tr>
            <th scope="row">
                {title}
                <span class=css::from>{format!("{} @{}, ", post.provider.label(), post.account_name)} <LocalTime time=post.published_at/></span>
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
        <ScreenReaderOnly>"unknown"</ScreenReaderOnly>
    }
    .into_any()
}
