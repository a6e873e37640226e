use huntaze_domain::{
    earnings::{StatementView, statement::StatementColumn},
    money::Currency,
    string_enum::StringEnum,
};
use huntaze_texts::Text;
use leptos::prelude::*;

use super::css;
use crate::{
    api::earnings::{ForgetStatementMapping, SetStatementMapping},
    features::currency::CurrencySelect,
    forms::{Form, FormError, FormState},
    ui::{
        button::{Button, ButtonSize, ButtonType, ButtonVariant},
        card::{Card, CardBody, CardHeader},
        field::Field,
        select::{Select, SelectOption},
    },
};

/// Form that corrects the column mapping, which is inferred or taken from an earlier file at first.
#[component]
pub fn ColumnMapper(
    statement: StatementView,
    form: FormState<SetStatementMapping>,
    /// Form of the button that appears if the columns are remembered.
    forget: FormState<ForgetStatementMapping>,
) -> impl IntoView {
    let fields = StatementColumn::ALL.iter().map(|column| {
        let options = column_options(&statement, *column, typed(form, column.as_str()));
        view! {
            <Field name=column.as_str() label=column.text() error=form.error_of(column.as_str())>
                <Select options/>
            </Field>
        }
    });
    let fields: Vec<_> = fields.collect();
    let mapping = &statement.mapping;
    let currency = typed(form, "defaultCurrency").and_then(|code| Currency::parse(&code)).unwrap_or(mapping.currency);
    let remembered = mapping.is_remembered.then(|| view! { <Remembered id=statement.summary.id.to_string() form=forget/> });
    let orders = choice_options(mapping.date_order, typed(form, "dateOrder"));
    let signs = choice_options(mapping.decimal_separator, typed(form, "decimalSeparator"));
    let (order_error, sign_error): (_, _) = (form.error_of("dateOrder"), form.error_of("decimalSeparator"));
    view! {
        <Card>
            <CardHeader>
                <h2>"Columns"</h2>
                <p>"What each column of your file says. We remember it for the next file with the same columns."</p>
            </CardHeader>
            <CardBody>
                {remembered}
                <FormError form/>
                <Form form class=css::form refresh="statement">
                    <input type="hidden" name="id" value=statement.summary.id.to_string()/>
                    <div class=css::columns>
                        {fields}
                        <Field name="defaultCurrency" label="Currency, where no column says so" error=form.error_of("defaultCurrency")>
                            <CurrencySelect chosen=currency/>
                        </Field>
                        <Field name="dateOrder" label="Dates in numbers" error=order_error>
                            <Select options=orders/>
                        </Field>
                        <Field name="decimalSeparator" label="Amounts" error=sign_error>
                            <Select options=signs/>
                        </Field>
                    </div>
                    <div><Button kind=ButtonType::Submit busy="Reading…">"Read again"</Button></div>
                </Form>
            </CardBody>
        </Card>
    }
}

/// Says that the columns are those of an earlier file, and undoes that.
#[component]
fn Remembered(id: String, form: FormState<ForgetStatementMapping>) -> impl IntoView {
    view! {
        <FormError form/>
        <Form form class=css::remembered refresh="statement">
            <input type="hidden" name="id" value=id/>
            <p>"These are the columns that you chose for an earlier file like this one."</p>
            <Button kind=ButtonType::Submit variant=ButtonVariant::Secondary size=ButtonSize::Small busy="Reading…">"Forget them"</Button>
        </Form>
    }
}

/// Returns the value that was posted without JavaScript; `None` if the form was not posted.
fn typed(form: FormState<SetStatementMapping>, name: &str) -> Option<String> {
    form.was_sent().then(|| form.value_of(name))
}

/// Returns the columns of the file as options, each with its first non-blank cell as an example.
fn column_options(statement: &StatementView, column: StatementColumn, typed: Option<String>) -> Vec<SelectOption> {
    let chosen = typed.unwrap_or_else(|| statement.mapping.columns.get(&column).map(ToString::to_string).unwrap_or_default());
    let example = |index: usize| {
        let cell = statement.summary.parse_summary.raw_rows.iter().filter_map(|row| row.get(index)).find(|cell| !cell.trim().is_empty());
        cell.map(|cell| format!(" ({cell})")).unwrap_or_default()
    };
    let in_file = statement.header.iter().enumerate().map(|(index, name)| {
        let name = column_name(&statement.header, index, name);
        let value = index.to_string();
        SelectOption { selected: value == chosen, value: value.into(), label: format!("{name}{}", example(index)).into() }
    });
    let nowhere = SelectOption { value: "".into(), label: "Not in this file".into(), selected: chosen.is_empty() };
    std::iter::once(nowhere).chain(in_file).collect()
}

/// Returns what a column is called: `Amount`, `Amount (5th column)` if another has the same name, `Column 5` without a name.
fn column_name(header: &[String], index: usize, name: &str) -> String {
    let number = index + 1;
    if name.is_empty() {
        return format!("Column {number}");
    }
    if header.iter().filter(|other| *other == name).count() < 2 {
        return name.to_owned();
    }
    let ending = match (number % 10, number % 100) {
        (1, teen) if teen != 11 => "st",
        (2, teen) if teen != 12 => "nd",
        (3, teen) if teen != 13 => "rd",
        _ => "th",
    };
    format!("{name} ({number}{ending} column)")
}

fn choice_options<C: StringEnum + Text>(known: C, typed: Option<String>) -> Vec<SelectOption> {
    let chosen = typed.and_then(|word| C::parse(&word)).unwrap_or(known);
    let option = |choice: &C| SelectOption { value: choice.as_str().into(), label: choice.text().into(), selected: *choice == chosen };
    C::ALL.iter().map(option).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_with_the_same_name_are_told_apart() {
        let header = ["Date", "Amount", "", "Amount"].map(ToOwned::to_owned);
        let names: Vec<_> = header.iter().enumerate().map(|(index, name)| column_name(&header, index, name)).collect();
        assert_eq!(names, ["Date", "Amount (2nd column)", "Column 3", "Amount (4th column)"]);
        let many = vec!["Amount".to_owned(); 113];
        let ordinals = [0, 10, 11, 12, 20, 110].map(|index| column_name(&many, index, "Amount"));
        let expected = ["1st", "11th", "12th", "13th", "21st", "111th"].map(|number| format!("Amount ({number} column)"));
        assert_eq!(ordinals, expected);
    }
}
