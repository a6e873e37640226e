//! Every state of every component, for the gallery and the snapshots.

use leptos::prelude::*;

/// One state of a component: drawn from arguments alone.
#[derive(Clone, Copy)]
pub struct Story {
    /// Part of its address in the gallery.
    pub name: &'static str,
    /// Draws it.
    pub view: fn() -> AnyView,
}

impl Story {
    /// A story by name.
    pub const fn new(name: &'static str, view: fn() -> AnyView) -> Self {
        Self { name, view }
    }
}

/// Component to its stories.
pub fn all() -> Vec<(&'static str, Vec<Story>)> {
    vec![
        ("a11y", super::a11y::stories::stories()),
        ("alert", super::alert::stories::stories()),
        ("badge", super::badge::stories::stories()),
        ("button", super::button::stories::stories()),
        ("card", super::card::stories::stories()),
        ("checkbox", super::checkbox::stories::stories()),
        ("choice_links", super::choice_links::stories::stories()),
        ("choice_list", super::choice_list::stories::stories()),
        ("copy_button", super::copy_button::stories::stories()),
        ("dialog", super::dialog::stories::stories()),
        ("field", super::field::stories::stories()),
        ("file_input", super::file_input::stories::stories()),
        ("input", super::input::stories::stories()),
        ("logo", super::logo::stories::stories()),
        ("page_links", super::page_links::stories::stories()),
        ("progress", super::progress::stories::stories()),
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
    fn every_story_is_drawn_as_it_was() {
        for (component, stories) in all() {
            for story in stories {
                // Without the marks of erased types, which say nothing of the component.
                let html = Owner::new().with(|| (story.view)().to_html()).replace("<!>", "");
                insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false }, {
                    insta::assert_snapshot!(format!("{component}__{}", story.name), html);
                });
            }
        }
    }
}
