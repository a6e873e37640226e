use huntaze_domain::{
    earnings::{AMOUNT_RULES, DAY_RULES, DailyTotal},
    money::Currency,
};
use leptos::prelude::*;

use super::css;
use crate::{
    api::earnings::{DeleteDailyTotal, SaveDailyTotal},
    features::{currency::CurrencySelect, part::Part},
    forms::{Form, FormError, FormState, FormSuccess, rules, use_form},
    ui::{
        a11y::VisuallyHidden,
        button::{Button, ButtonSize, ButtonType, ButtonVariant},
        card::{Card, CardBody, CardHeader},
        field::Field,
        input::{Input, InputType},
    },
};

/// Daily totals entered manually, with a form that adds one.
#[component]
pub fn DailyTotals(
    /// Daily totals, newest day first.
    totals: Vec<DailyTotal>,
    /// Initially selected currency.
    currency: Currency,
) -> impl IntoView {
    let (save, delete) = (use_form::<SaveDailyTotal>(), use_form::<DeleteDailyTotal>());
    let chosen = save.values_of("currency").pop().and_then(|code| Currency::parse(&code)).unwrap_or(currency);
    let typed = move |name: &str| if save.is_done() { String::new() } else { save.value_of(name) };
    let list = (!totals.is_empty()).then(|| {
        view! {
            <ul aria-label="Days that you entered">
                {totals.into_iter().map(|total| view! { <Item total delete/> }).collect_view()}
            </ul>
        }
    });
    view! {
        <Card>
            <CardHeader>
                <h2>"Enter a day by hand"</h2>
                <p>"For days without a statement. Once a statement covers a day, its rows count instead."</p>
            </CardHeader>
            <CardBody>
                <FormError form=save/>
                <FormError form=delete/>
                <FormSuccess form=save text="The day is saved." toasted=true/>
                <Form form=save class=css::form refresh="days" again=true>
                    <Field name="day" label="Day (UTC)" rules=rules(DAY_RULES) error=save.error_of("day")>
                        <Input kind=InputType::Date autocomplete="off" value=typed("day")/>
                    </Field>
                    <Field name="amount" label="What you got that day" hint="After the platform’s share, like 120.50" rules=rules(AMOUNT_RULES) error=save.error_of("amount")>
                        <Input autocomplete="off" inputmode="decimal" value=typed("amount")/>
                    </Field>
                    <Field name="currency" label="Currency" error=save.error_of("currency")>
                        <CurrencySelect chosen/>
                    </Field>
                    <div><Button kind=ButtonType::Submit busy="Saving…">"Save day"</Button></div>
                </Form>
                <Part name="days">{list}</Part>
            </CardBody>
        </Card>
    }
}

#[component]
fn Item(total: DailyTotal, delete: FormState<DeleteDailyTotal>) -> impl IntoView {
    let day = total.day.to_string();
    let of = format!(" {day}, {}", total.amount);
    view! {
        <li class=css::item>
            <div>
                <p>{day.clone()}</p>
                {total.is_covered.then(|| view! { <p class=css::meta>"A statement or the partner covers this day, and counts instead."</p> })}
            </div>
            <p>{total.amount.to_string()}</p>
            <Form form=delete refresh="days">
                <input type="hidden" name="day" value=day/>
                <input type="hidden" name="currency" value=total.amount.currency.code()/>
                <Button kind=ButtonType::Submit size=ButtonSize::Small variant=ButtonVariant::Ghost>
                    "Remove"
                    <VisuallyHidden>{of}</VisuallyHidden>
                </Button>
            </Form>
        </li>
    }
}
