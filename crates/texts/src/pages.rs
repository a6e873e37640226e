//! Titles of the pages, as in the browser's tab.

use huntaze_domain::page::Page;

use crate::texts;

texts! {
    Page {
        Beta => "Reach and money on one screen";
        Login => "Sign in";
        Register => "Create your account";
        VerifyEmail => "Verify your e-mail";
        ForgotPassword => "Reset your password";
        ResetPassword => "Reset your password";
        OnboardingContentTypes => "What do you create?";
        OnboardingPlatforms => "Where do you publish?";
        OnboardingGoals => "What matters most?";
        Home => "Home";
        Analytics => "Analytics";
        AdminConnections => "Connection doctor";
        AdminAiCosts => "AI costs";
        AdminJobs => "Jobs";
        Assistant => "Assistant";
        Content => "Content";
        Integrations => "Integrations";
        Earnings => "OnlyFans earnings";
        Statement => "Statement";
        Sales => "Sales";
        Settings => "Settings";
    }
}
