use leptos::prelude::*;

use super::{Dialog, DialogActions};
use crate::ui::{
    button::{Button, ButtonLink, ButtonVariant},
    stories::Story,
};

/// Returns one story: an open dialog.
pub fn stories() -> Vec<Story> {
    vec![Story::new("confirm", || {
        view! {
            <Dialog id="story-dialog" title="Disconnect @ada?" closed_url="/dev/gallery">
                <p>"Huntaze will stop reading this account's figures."</p>
                <DialogActions>
                    <ButtonLink href="/dev/gallery">"Keep it"</ButtonLink>
                    <Button variant=ButtonVariant::Danger>"Disconnect"</Button>
                </DialogActions>
            </Dialog>
        }
        .into_any()
    })]
}
