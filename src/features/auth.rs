//! Forms for registration, sign-in, e-mail verification and password reset.

mod card;
mod forms;
mod password_strength;
mod resend;

pub use card::AuthCard;
pub use forms::{ForgotPasswordForm, LoginForm, LoginReason, PASSWORD_HINT, RegisterForm, ResetPasswordForm, VerifyForm};
pub use password_strength::PasswordStrengthMeter;
pub use resend::{ResendForm, SendNewLinkForm};

stylance::import_crate_style!(css, "src/features/auth/auth.module.css");
