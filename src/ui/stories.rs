//! The stories of all components, for the gallery and the snapshot tests.

use leptos::prelude::*;

/// One state of a component, rendered without any context.
#[derive(Clone, Copy)]
pub struct Story {
    /// Part of the story's URL in the gallery and of its snapshot's file name.
    pub name: &'static str,
    /// Renders the component in this state.
    pub view: fn() -> AnyView,
}

impl Story {
    /// Creates a story with this name.
    pub const fn new(name: &'static str, view: fn() -> AnyView) -> Self {
        Self { name, view }
    }
}

/// Returns the stories of every component, keyed by the name of its module.
pub fn all() -> Vec<(&'static str, Vec<Story>)> {
    vec![
        ("a11y", super::a11y::stories::stories()),
        ("alert", super::alert::stories::stories()),
        ("badge", super::badge::stories::stories()),
        ("button", super::button::stories::stories()),
        ("card", super::card::stories::stories()),
        ("checkbox", super::checkbox::stories::stories()),
        ("copy_button", super::copy_button::stories::stories()),
        ("dialog", super::dialog::stories::stories()),
        ("field", super::field::stories::stories()),
        ("file_input", super::file_input::stories::stories()),
        ("input", super::input::stories::stories()),
        ("logo", super::logo::stories::stories()),
        ("option_group", super::option_group::stories::stories()),
        ("pagination", super::pagination::stories::stories()),
        ("progress", super::progress::stories::stories()),
        ("segmented_links", super::segmented_links::stories::stories()),
        ("select", super::select::stories::stories()),
        ("skeleton", super::skeleton::stories::stories()),
        ("table", super::table::stories::stories()),
        ("text_area", super::text_area::stories::stories()),
        ("toast", super::toast::stories::stories()),
    ]
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn every_story_matches_its_snapshot() {
        for (component, stories) in all() {
            for story in stories {
                let html = crate::render::to_html(story.view);
                insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false }, {
                    insta::assert_snapshot!(format!("{component}__{}", story.name), html);
                });
            }
        }
    }
}
