//! What operations have in common in the OpenAPI document, said once: names of their own, the headers that they read, what
//! their answers are called, and what every request may be answered with.

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{HttpMethod, Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{
    Content, ContentBuilder, OpenApi, Ref, RefOr, Required, Response, ResponseBuilder, Responses, Schema,
};

use super::caller::IDEMPOTENCY_KEY_BYTES;
use super::problem::Shape;

/// The schema of a problem.
const PROBLEM: &str = "#/components/schemas/Problem";
/// The same where OFREP says what it looks like.
const GENERAL: &str = "#/components/schemas/General";
const JSON: &str = "application/json";
const PROBLEM_JSON: &str = "application/problem+json";
const EVENT_STREAM: &str = "text/event-stream";

/// Fills in what the handlers leave out.
pub(super) fn complete(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            operation.operation_id = operation.operation_id.take().map(|handler| id(&handler, path));
            let headers = headers(path, &method, &operation.responses);
            operation.parameters.get_or_insert_default().extend(headers.into_iter().map(RefOr::T));
            for status in ["4XX", "5XX"] {
                let answers = &mut operation.responses.responses;
                answers.entry(status.to_owned()).or_insert_with(|| RefOr::T(problem(Shape::of(path))));
            }
            for (status, answer) in &mut operation.responses.responses {
                if let RefOr::T(answer) = answer {
                    describe(status, answer);
                }
            }
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (HttpMethod, &mut Operation)> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    let all = [
        (HttpMethod::Get, get),
        (HttpMethod::Put, put),
        (HttpMethod::Post, post),
        (HttpMethod::Delete, delete),
        (HttpMethod::Patch, patch),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// A name that no other operation has, for programs that are made from the document: the handler's, and what it is of.
fn id(handler: &str, path: &str) -> String {
    let of = path.split('/').filter(|part| !part.is_empty() && !part.starts_with('{'));
    let of = of.filter(|part| !matches!(*part, "api" | "v1") && *part != handler);
    let parts: Vec<String> = std::iter::once(handler).chain(of).map(|part| part.replace('-', "_")).collect();
    parts.join("_")
}

/// The headers that an operation reads.
fn headers(path: &str, method: &HttpMethod, answers: &Responses) -> Vec<Parameter> {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let has = |status: &str| answers.responses.contains_key(status);
    let mut headers = Vec::new();
    if has("412") {
        let seen = text().pattern(Some(r#"^(\*|(W/)?"[0-9]{1,19}")$"#));
        headers.push(header("If-Match", "The number that the author saw, as in `ETag`; else 412.", seen));
    }
    if takes_changes(path, method) {
        let key = text().min_length(Some(1)).max_length(Some(IDEMPOTENCY_KEY_BYTES));
        headers.push(header(
            "Idempotency-Key",
            "The request is carried out once only, within 24 hours.",
            key,
        ));
    }
    if has("304") {
        headers.push(header("If-None-Match", "Tags of answers that are held; else 304.", text()));
    }
    if answers.responses.values().any(is_stream) {
        let number = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
            .minimum(Some(0));
        headers.push(header("Last-Event-ID", "The version that is held.", number));
    }
    headers
}

/// Whether the handler takes a [`Write`](super::caller::Write): all that change something do, but those that make a
/// session or a slice, which would be no use a second time.
fn takes_changes(path: &str, method: &HttpMethod) -> bool {
    let is_made_anew = path.ends_with("/session") || path.ends_with("/slices");
    *method != HttpMethod::Get && path.starts_with("/api/v1/") && !is_made_anew
}

fn header(name: &str, description: &str, schema: ObjectBuilder) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(Schema::from(schema)))
        .build()
}

fn is_stream(answer: &RefOr<Response>) -> bool {
    matches!(answer, RefOr::T(answer) if answer.content.contains_key(EVENT_STREAM))
}

fn problem(shape: Shape) -> Response {
    let schema = match shape {
        Shape::Problem => PROBLEM,
        Shape::Ofrep => GENERAL,
    };
    ResponseBuilder::new().content(JSON, ContentBuilder::new().schema(Some(Ref::new(schema))).build()).build()
}

/// Says of an answer what its status means, unless the handler does; and that problems have a media type, and moments
/// to come back at, of their own.
fn describe(status: &str, answer: &mut Response) {
    if answer.description.is_empty() {
        meaning(status).clone_into(&mut answer.description);
    }
    if answer.content.get(JSON).is_some_and(is_problem)
        && let Some(content) = answer.content.shift_remove(JSON)
    {
        answer.content.insert(PROBLEM_JSON.to_owned(), content);
    }
    if matches!(status, "4XX" | "5XX" | "429" | "503") {
        let seconds = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0));
        let header = HeaderBuilder::new()
            .schema(Some(Schema::from(seconds)))
            .description(Some("Seconds to wait, with 409, 429 and 503"))
            .build();
        answer.headers.insert("Retry-After".to_owned(), header.into());
    }
}

fn is_problem(content: &RefOr<Content>) -> bool {
    let RefOr::T(content) = content else { return false };
    matches!(&content.schema, Some(RefOr::Ref(schema)) if schema.ref_location == PROBLEM)
}

fn meaning(status: &str) -> &'static str {
    match status {
        "101" => "The socket is open",
        "200" => "Done",
        "201" => "Made",
        "202" => "Taken",
        "204" => "Done; there is nothing to say",
        "304" => "What is held is the newest",
        "400" => "The request cannot be understood",
        "401" => "Nobody whom the server knows",
        "403" => "The caller may not",
        "404" => "It is not there",
        "412" => "It is another by now: `current` and `changed` say what",
        "413" => "Too large",
        "429" => "Too much, too fast",
        "503" => "Not now; try again",
        "5XX" => "Something that the caller can do nothing about; 503 is for now only",
        _ => "The request is refused; `code` says why",
    }
}
