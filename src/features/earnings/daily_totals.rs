use huntaze_domain::{earnings::DailyTotal, money::Currency};
use leptos::prelude::*;

use super::css;
use crate::{
    api::earnings::{DeleteDailyTotal, SaveDailyTotal},
    features::currency::CurrencySelect,
    forms::{Form, FormError, FormState, FormSuccess, use_form},
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
    save: FormState<SaveDailyTotal>,
    delete: FormState<DeleteDailyTotal>,
) -> impl IntoView {
    let chosen = save.values_of("currency").pop().and_then(|code| Currency::parse(&code)).unwrap_or(currency);
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
                <FormSuccess form=save text="The day is saved."/>
                <Form form=save class=css::form>
                    <Field name="day" label="Day (UTC)" error=save.error_of("day")>
                        <Input kind=InputType::Date autocomplete="off" value=save.value_of("day")/>
                    </Field>
                    <Field name="amount" label="What you got that day" hint="After the platform’s share, like 120.50" error=save.error_of("amount")>
                        <Input autocomplete="off" inputmode="decimal" value=save.value_of("amount")/>
                    </Field>
                    <Field name="currency" label="Currency" error=save.error_of("currency")>
                        <CurrencySelect chosen/>
                    </Field>
                    <div><Button kind=ButtonType::Submit loading=save.is_pending()>"Save day"</Button></div>
                </Form>
                {list}
            </CardBody>
        </Card>
    }
}

/// Returns the state of the form that adds a daily total, validated with the server's rules.
pub fn use_daily_total_form() -> FormState<SaveDailyTotal> {
    use_form::<SaveDailyTotal>(|call| call.input.parse().map(drop))
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
            <Form form=delete>
                <input type="hidden" name="day" value=day/>
                <input type="hidden" name="currency" value=total.amount.currency.code()/>
                <Button kind=ButtonType::Submit size=ButtonSize::Small variant=ButtonVariant::Ghost disabled=delete.is_pending()>
                    "Remove"
                    <VisuallyHidden>{of}</VisuallyHidden>
                </Button>
            </Form>
        </li>
    }
}
