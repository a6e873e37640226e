//! User accounts: registration, sign-in, mailed links, and the settings of an account.

mod card;
mod forms;
mod password_strength;
mod resend;
pub mod settings;

pub use card::AuthCard;
pub use forms::{ForgotPasswordForm, LoginForm, LoginReason, PASSWORD_HINT, RegisterForm, ResetPasswordForm, VerifyForm};
pub use password_strength::PasswordStrengthMeter;
pub use resend::{ResendForm, SendNewLinkForm};

stylance::import_crate_style!(css, "src/features/accounts/auth.module.css");
