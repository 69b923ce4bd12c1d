//! The types of views and requests, and the table of operations, out of the OpenAPI document.

use std::fmt::Write as _;

use serde_json::{Map, Value};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// The file's text.
pub(crate) fn text(document: &Value) -> Outcome<String> {
    let mut text = String::from(
        "// Made by `cargo xtask ui types` from the OpenAPI document; not to be edited.\n",
    );
    for (name, schema) in object(&document["components"]["schemas"])? {
        comment(&mut text, "", schema);
        match plain_fields(schema) {
            Some(fields) => writeln!(text, "export interface {name} {}", braces(fields, schema)?)?,
            None => writeln!(text, "export type {name} = {};", of(schema)?)?,
        }
    }
    operations(&mut text, document)?;
    Ok(text)
}

fn operations(text: &mut String, document: &Value) -> Outcome<()> {
    let mut types = String::new();
    let mut table = String::new();
    for (path, methods) in object(&document["paths"])? {
        for (method, operation) in object(methods)? {
            let name = operation["operationId"].as_str().ok_or("an operation without a name")?;
            let (shape, view) = answer(&operation["responses"]["200"]["content"])?;
            writeln!(types, "/** {} */", operation["summary"].as_str().unwrap_or_default())?;
            writeln!(types, "{name}: {{ request: {}; view: {view} }};", request(operation)?)?;
            let method = method.to_uppercase();
            writeln!(table, "{name}: {{ method: '{method}', path: '{path}', shape: '{shape}' }},")?;
        }
    }
    write!(text, "\n/** What each operation is asked and answers. */\n")?;
    write!(text, "export interface Operations {{\n{types}}}\n")?;
    write!(text, "\n/** How each operation is asked for over HTTP. */\n")?;
    write!(text, "export const operations = {{\n{table}}} as const;\n")?;
    Ok(())
}

/// In what shape an operation answers, and with what type.
fn answer(content: &Value) -> Outcome<(&'static str, String)> {
    let (media, inner) = object(content)?.iter().next().ok_or("an operation without an answer")?;
    let shape = match media.as_str() {
        "application/json" if inner["schema"]["type"] == "array" => "list",
        "application/json" => "one",
        "application/x-ndjson" => "many",
        _ => return Ok(("bytes", "Uint8Array".to_owned())),
    };
    Ok((shape, of(&inner["schema"])?))
}

/// The type of an operation's request: path, query and body together.
fn request(operation: &Value) -> Outcome<String> {
    let mut fields = String::new();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().ok_or("a parameter without a name")?;
        let mark = if parameter["required"] == true { "" } else { "?" };
        write!(fields, "{name}{mark}: {}; ", of(&parameter["schema"])?)?;
    }
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    for (name, field) in body["properties"].as_object().into_iter().flatten() {
        let mark = if requires(body, name) { "" } else { "?" };
        write!(fields, "{name}{mark}: {}; ", of(field)?)?;
    }
    Ok(if fields.is_empty() {
        "Record<string, never>".to_owned()
    } else {
        format!("{{ {fields} }}")
    })
}

/// The fields of a schema that is nothing but an object.
fn plain_fields(schema: &Value) -> Option<&Map<String, Value>> {
    (schema["type"] == "object").then(|| schema["properties"].as_object()).flatten()
}

fn braces(fields: &Map<String, Value>, schema: &Value) -> Outcome<String> {
    Ok(format!("{{\n{}}}", each_field(fields, schema)?))
}

fn each_field(fields: &Map<String, Value>, schema: &Value) -> Outcome<String> {
    let mut text = String::new();
    for (name, field) in fields {
        comment(&mut text, "  ", field);
        // A view's field that may be null is always there.
        let mark = if requires(schema, name) || is_nullable(field) { "" } else { "?" };
        writeln!(text, "  {name}{mark}: {};", of(field)?)?;
    }
    Ok(text)
}

fn requires(schema: &Value, name: &str) -> bool {
    schema["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name))
}

fn is_nullable(schema: &Value) -> bool {
    let named =
        schema["type"].as_array().is_some_and(|types| types.iter().any(|one| one == "null"));
    let one_of =
        schema["oneOf"].as_array().is_some_and(|all| all.iter().any(|one| one["type"] == "null"));
    named || one_of
}

/// The TypeScript type of a schema.
fn of(schema: &Value) -> Outcome<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        return Ok(reference.rsplit('/').next().unwrap_or_default().to_owned());
    }
    if let Some(words) = schema["enum"].as_array() {
        return Ok(words.iter().map(quoted).collect::<Vec<_>>().join(" | "));
    }
    if let Some(ways) = schema["oneOf"].as_array() {
        return Ok(every(ways)?.join(" | "));
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let parts: Vec<String> =
            every(parts)?.into_iter().map(|part| format!("({part})")).collect();
        return Ok(parts.join(" & "));
    }
    if let Some(types) = schema["type"].as_array() {
        let each = types.iter().map(|one| by_type(one.as_str(), schema));
        return Ok(each.collect::<Outcome<Vec<_>>>()?.join(" | "));
    }
    by_type(schema["type"].as_str(), schema)
}

fn by_type(name: Option<&str>, schema: &Value) -> Outcome<String> {
    Ok(match name {
        Some("string") => "string".to_owned(),
        Some("integer" | "number") => "number".to_owned(),
        Some("boolean") => "boolean".to_owned(),
        Some("null") => "null".to_owned(),
        Some("array") => {
            let item = of(&schema["items"])?;
            if item.contains(' ') { format!("({item})[]") } else { format!("{item}[]") }
        }
        Some("object") => match schema["properties"].as_object() {
            Some(fields) => braces(fields, schema)?,
            None => "Record<string, never>".to_owned(),
        },
        Some(_) | None => return Err(format!("no type for {schema}").into()),
    })
}

fn every(schemas: &[Value]) -> Outcome<Vec<String>> {
    schemas.iter().map(of).collect()
}

fn quoted(word: &Value) -> String {
    format!("'{}'", word.as_str().unwrap_or_default())
}

fn comment(text: &mut String, indent: &str, schema: &Value) {
    if let Some(words) = schema["description"].as_str() {
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        text.push_str(&format!("{indent}/** {words} */\n"));
    }
}

fn object(value: &Value) -> Outcome<&Map<String, Value>> {
    value.as_object().ok_or_else(|| format!("{value} is no object").into())
}
