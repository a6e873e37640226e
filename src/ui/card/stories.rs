use leptos::prelude::*;

use super::{Card, CardBody, CardHeader};
use crate::ui::stories::Story;

/// Returns one story: a card with header and body.
pub fn stories() -> Vec<Story> {
    vec![Story::new("default", || {
        view! {
            <Card>
                <CardHeader>
                    <h2>"Audience"</h2>
                    <p>"All accounts together"</p>
                </CardHeader>
                <CardBody>
                    <p>"The content."</p>
                </CardBody>
            </Card>
        }
        .into_any()
    })]
}
