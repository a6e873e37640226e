/// How much a button stands out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ButtonVariant {
    /// What one came to do.
    Primary,
    /// Everything else.
    #[default]
    Secondary,
    /// Hardly at all: in lists and bars.
    Ghost,
    /// Destroys something.
    Danger,
}

impl ButtonVariant {
    /// For the style.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::Ghost => "ghost",
            Self::Danger => "danger",
        }
    }
}

/// How tall a button is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ButtonSize {
    /// Inside a row.
    Small,
    /// Everywhere else: a finger fits.
    #[default]
    Medium,
}

impl ButtonSize {
    /// For the style.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Medium => "medium",
        }
    }
}

/// What a button does in a form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ButtonType {
    /// Only what its handler does.
    #[default]
    Button,
    /// Sends the form.
    Submit,
}

impl ButtonType {
    /// The attribute.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Button => "button",
            Self::Submit => "submit",
        }
    }
}
