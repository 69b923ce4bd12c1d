//! The OpenAPI document, made from the table of operations and the types.

use utoipa::openapi::path::{
    HttpMethod, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, Paths,
};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{ArrayBuilder, Object};
use utoipa::openapi::{
    ComponentsBuilder, Content, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, PathItem,
    Ref, RefOr, Required, Response, ResponseBuilder, Schema,
};
use utoipa::{PartialSchema, ToSchema};

use crate::error::ApiError;
use crate::request::*;
use crate::route::{self, Method, Route, Shape, for_each_operation, path_fields};
use crate::view::*;

/// The document as a value.
#[must_use]
pub fn openapi() -> OpenApi {
    let mut draft = Draft { paths: Paths::new(), schemas: Vec::new() };
    draft.keep_schema::<ApiError>();
    draft.add_all();
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Homefold")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some("What a running device can be asked by its user's programs."))
                .build(),
        )
        .paths(draft.paths)
        .components(Some(ComponentsBuilder::new().schemas_from_iter(draft.schemas).build()))
        .build()
}

/// The document as JSON.
#[must_use]
pub fn json() -> String {
    // It holds nothing that JSON can't: an empty text would show in the test below.
    serde_json::to_string(&openapi()).unwrap_or_default()
}

struct Draft {
    paths: Paths,
    schemas: Vec<(String, RefOr<Schema>)>,
}

macro_rules! add_all {
    ($(#[doc = $summary:literal] $shape:ident $constant:ident $name:ident: $method:ident $path:literal, $request:ty => $view:ty, $seconds:literal;)+) => {
        impl Draft {
            fn add_all(&mut self) {
                $(self.add::<$request, $view>(&route::$constant);)+
            }
        }
    };
}
for_each_operation!(add_all);

impl Draft {
    fn add<R: ToSchema, V: ToSchema>(&mut self, route: &Route) {
        // Only the parts of a request: it is itself spread over path, query and body.
        R::schemas(&mut self.schemas);
        if route.shape != Shape::Bytes {
            self.keep_schema::<V>();
        }
        let mut operation = OperationBuilder::new()
            .operation_id(Some(route.name))
            .summary(Some(route.summary))
            .response("200", answer::<V>(route.shape))
            .response("default", response("Not done.", JSON, reference::<ApiError>()));
        let mut fields = fields_of::<R>();
        for name in path_fields(route.path) {
            if let Some(schema) = fields.properties.remove(name) {
                operation = operation.parameter(parameter(name, schema, true, ParameterIn::Path));
            }
            fields.required.retain(|other| other != name);
        }
        operation = match (route.method.has_query(), fields.properties.is_empty()) {
            (_, true) => operation,
            (true, false) => operation.parameters(Some(query(fields))),
            (false, false) => operation.request_body(Some(body(fields))),
        };
        let item = PathItem::new(http_method(route.method), operation.build());
        let paths = self.paths.paths.remove(route.path);
        let item = match paths {
            Some(mut others) => {
                others.merge_operations(item);
                others
            }
            None => item,
        };
        self.paths.paths.insert(route.path.to_owned(), item);
    }

    fn keep_schema<T: ToSchema>(&mut self) {
        self.schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(&mut self.schemas);
    }
}

const JSON: &str = "application/json";

/// The fields of a request.
fn fields_of<R: PartialSchema>() -> Object {
    match R::schema() {
        RefOr::T(Schema::Object(object)) => object,
        // Every request is a struct with named fields.
        RefOr::T(_) | RefOr::Ref(_) => Object::new(),
    }
}

fn query(fields: Object) -> Vec<Parameter> {
    let required = fields.required;
    fields
        .properties
        .into_iter()
        .map(|(name, schema)| {
            let needed = required.contains(&name);
            parameter(&name, schema, needed, ParameterIn::Query)
        })
        .collect()
}

fn parameter(name: &str, schema: RefOr<Schema>, needed: bool, place: ParameterIn) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(if needed { Required::True } else { Required::False })
        .schema(Some(schema))
        .build()
}

fn body(fields: Object) -> RequestBody {
    RequestBodyBuilder::new()
        .content(JSON, content(Schema::Object(fields).into()))
        .required(Some(Required::True))
        .build()
}

fn answer<V: ToSchema>(shape: Shape) -> Response {
    let one = reference::<V>();
    match shape {
        Shape::One => response("Done.", JSON, one),
        Shape::List => response("Done.", JSON, ArrayBuilder::new().items(one).into()),
        Shape::Bytes => response(
            "Bytes.",
            "application/octet-stream",
            utoipa::openapi::schema::ObjectBuilder::new()
                .schema_type(utoipa::openapi::schema::Type::String)
                .build()
                .into(),
        ),
        Shape::Many => response(
            "One a line, with empty lines between; an error is the line `{\"error\": ApiError}` and the last.",
            "application/x-ndjson",
            one,
        ),
    }
}

fn response(description: &str, media: &str, schema: RefOr<Schema>) -> Response {
    ResponseBuilder::new().description(description).content(media, content(schema)).build()
}

fn content(schema: RefOr<Schema>) -> Content {
    ContentBuilder::new().schema(Some(schema)).build()
}

fn reference<T: ToSchema>() -> RefOr<Schema> {
    RefOr::Ref(Ref::from_schema_name(T::name()))
}

fn http_method(method: Method) -> HttpMethod {
    match method {
        Method::Get => HttpMethod::Get,
        Method::Post => HttpMethod::Post,
        Method::Put => HttpMethod::Put,
        Method::Delete => HttpMethod::Delete,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_in_the_document() {
        let document: serde_json::Value = serde_json::from_str(&json()).unwrap();
        for route in route::ALL {
            let operation = &document["paths"][route.path][route.method.word().to_lowercase()];
            assert_eq!(operation["operationId"], route.name);
        }
    }

    #[test]
    fn every_reference_leads_to_a_schema() {
        let text = json();
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        let schemas = document["components"]["schemas"].as_object().unwrap();
        for reference in text.split("\"#/components/schemas/").skip(1) {
            let name = reference.split('"').next().unwrap();
            assert!(schemas.contains_key(name), "{name}");
        }
    }

    #[test]
    fn the_words_of_the_document_are_those_that_are_sent() {
        fn check<T: PartialSchema + serde::Serialize>(all: &[T]) {
            let schema = serde_json::to_value(T::schema()).unwrap();
            assert_eq!(schema["enum"], serde_json::to_value(all).unwrap());
        }
        check(crate::Role::ALL);
        check(crate::Mode::ALL);
        check(crate::State::ALL);
        check(crate::Kind::ALL);
        check(crate::Local::ALL);
        check(crate::Keep::ALL);
        check(crate::HeldCause::ALL);
        check(crate::Viewed::ALL);
        check(crate::Kept::ALL);
        check(crate::Problem::ALL);
        check(crate::ErrorCode::ALL);
    }

    #[test]
    fn a_path_field_is_a_parameter_and_not_in_the_body() {
        let document: serde_json::Value = serde_json::from_str(&json()).unwrap();
        insta::assert_json_snapshot!(document["paths"]["/v1/folders/{folder}/attach"]["post"]);
    }
}
