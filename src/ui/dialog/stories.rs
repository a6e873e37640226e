use leptos::prelude::*;

use super::{Dialog, DialogActions};
use crate::ui::{
    button::{Button, ButtonVariant},
    stories::Story,
};

/// Returns one story: a closed dialog with the button that opens it.
pub fn stories() -> Vec<Story> {
    vec![Story::new("confirm", || {
        let open = RwSignal::new(false);
        view! {
            <Button on:click=move |_| open.set(true)>"Disconnect"</Button>
            <Dialog id="story-dialog" title="Disconnect @ada?" open>
                <p>"Huntaze will stop reading this account's figures."</p>
                <DialogActions>
                    <Button on:click=move |_| open.set(false)>"Keep it"</Button>
                    <Button variant=ButtonVariant::Danger on:click=move |_| open.set(false)>"Disconnect"</Button>
                </DialogActions>
            </Dialog>
        }
        .into_any()
    })]
}
