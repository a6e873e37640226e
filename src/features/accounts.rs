//! User accounts: registration, sign-in, mailed links, and the settings of an account.

mod card;
mod forms;
mod resend;
pub mod settings;
mod strength_meter;

pub use card::AuthCard;
pub use forms::{ForgotPasswordForm, LoginForm, LoginReason, PASSWORD_HINT, RegisterForm, ResetPasswordForm, VerifyForm};
pub use resend::{ResendForm, SendNewLinkForm};
pub use strength_meter::StrengthMeter;

stylance::import_crate_style!(css, "src/features/accounts/auth.module.css");
