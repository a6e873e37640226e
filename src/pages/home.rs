//! `/home`

use leptos::prelude::*;

use super::PageMeta;
use crate::{
    features::shell::UserResource,
    ui::{
        alert::{Alert, AlertTone},
        card::{Card, CardBody, CardHeader},
        skeleton::Skeleton,
    },
};

/// `/home`
#[component]
pub fn HomePage() -> impl IntoView {
    let user = expect_context::<UserResource>();
    view! {
        <PageMeta title="Home" description="Your reach and money on one screen."/>
        <h1>"Home"</h1>
        <Suspense fallback=|| view! { <Skeleton label="Loading your account"/> }>
            {move || Suspend::new(async move {
                match user.await {
                    Ok(user) => view! {
                        <Card>
                            <CardHeader>
                                <h2>"Your account is ready"</h2>
                                <p>"Your e-mail is verified."</p>
                            </CardHeader>
                            <CardBody>
                                <p>"You are signed in as " <strong>{user.email}</strong> "."</p>
                            </CardBody>
                        </Card>
                    }
                    .into_any(),
                    Err(error) => view! { <Alert tone=AlertTone::Danger>{error.message}</Alert> }.into_any(),
                }
            })}
        </Suspense>
    }
}
