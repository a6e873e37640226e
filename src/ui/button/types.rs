/// Visual weight of a button.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ButtonVariant {
    /// The main action of the screen.
    Primary,
    /// Any other action.
    #[default]
    Secondary,
    /// Minimal emphasis, for lists and toolbars.
    Ghost,
    /// A destructive action.
    Danger,
}

impl ButtonVariant {
    /// Returns the value of the `data-variant` attribute.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::Ghost => "ghost",
            Self::Danger => "danger",
        }
    }
}

/// Height of a button.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ButtonSize {
    /// For use within rows of a list or table.
    Small,
    /// Default height, large enough as a touch target.
    #[default]
    Medium,
}

impl ButtonSize {
    /// Returns the value of the `data-size` attribute.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Medium => "medium",
        }
    }
}

/// Behaviour of a button within a form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ButtonType {
    /// Does not submit the form; only runs the click handler.
    #[default]
    Button,
    /// Submits the form.
    Submit,
}

impl ButtonType {
    /// Returns the value of the `type` attribute.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Button => "button",
            Self::Submit => "submit",
        }
    }
}
