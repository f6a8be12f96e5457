//! Every route, in one place.

use crate::{
    dashboard::{self, Inside},
    error::Problem,
    front_end::FrontEnd,
    limits::asker::Asker,
    middleware, offline, rest,
    state::AppState,
    texts,
    visit::{SignedIn, Visit},
};
use app::{
    admin::Posted,
    backend::{Api, ApiDocument, Backend},
    error::AppError,
    i18n::{FOLDER, Language},
};
use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, OriginalUri, Request},
    http::{HeaderValue, StatusCode, header, request::Parts},
    middleware::{from_fn, from_fn_with_state, map_response},
    response::Response,
    routing::{MethodRouter, any, get, post},
};
use leptos::{
    config::LeptosOptions,
    context::{provide_context, use_context},
};
use leptos_axum::{LeptosRoutes, file_and_error_handler_with_context, render_app_async_with_context};
use std::{future::ready, path::Path, sync::Arc, time::Duration};
use tower::{ServiceBuilder, ServiceExt};
use tower_http::{
    CompressionLevel,
    compression::{
        CompressionLayer,
        predicate::{NotForContentType, Predicate, SizeAbove},
    },
    limit::RequestBodyLimitLayer,
    services::ServeDir,
    set_header::SetResponseHeaderLayer,
    timeout::{RequestBodyTimeoutLayer, TimeoutLayer},
};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The largest body of a form or of a short form, in bytes: a name, a score and an id, with room.
const MAX_FORM: usize = 16 * 1024;
/// The largest body on the routes of boards, in bytes.
const MAX_BODY: usize = 1024 * 1024;
/// The smallest body that is compressed, in bytes: a smaller one goes in one packet all the same.
const MIN_COMPRESSED: u16 = 512;
/// How hard answers of the API, and boards in other pages, are compressed, of gzip's 9 and Brotli's 11 levels: they are made anew each time.
const COMPRESSION: i32 = 4;
/// An answer of the API is no page: whatever a browser takes it for, it loads nothing and is in no frame.
const NO_PAGE: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
/// How long a request may take, its body's arrival included.
const PATIENCE: Duration = Duration::from_secs(15);

/// A form's path, and what makes its route.
pub type Form = (&'static str, fn() -> MethodRouter<AppState>);

/// The pages' plain forms, and the file that one of them sends for. Whose they are is tested one by one.
pub const FORMS: [Form; 11] = [
    ("/b/{board}/scores", || post(rest::send_score)),
    ("/me", || post(rest::save_visitor)),
    ("/me/language", || post(rest::choose_language)),
    ("/me/forget", || post(rest::forget_visitor)),
    ("/me/export", || get(rest::export_visitor)),
    ("/me/begin", || post(rest::begin)),
    ("/me/recover", || post(rest::recover)),
    ("/me/code", || post(rest::renew)),
    ("/me/passkeys/remove", || post(rest::remove_passkey)),
    ("/me/sign-out", || post(rest::leave)),
    ("/me/delete", || post(rest::retire)),
];

/// The routes that neither the API's document nor the pages nor their forms have. Whose they are is tested one by one.
pub const PLAIN: [&str; 8] = [
    "/api/openapi.json",
    "/api/{*rest}",
    "/admin",
    "/admin/{*page}",
    "/embed.js",
    "/sw.js",
    app::offline::MANIFEST,
    app::offline::FALLBACK,
];

/// Adds a route that is one of these, a form's, or that of a file of texts. Nothing else is to be added by hand: what is in no list has nobody who says
/// whose it is.
#[expect(clippy::disallowed_methods, reason = "it is in a list")]
pub fn plain<S: Clone + Send + Sync + 'static>(routes: Router<S>, path: &str, answer: MethodRouter<S>) -> Router<S> {
    debug_assert!(PLAIN.contains(&path) || FORMS.iter().any(|(form, _)| *form == path) || path.starts_with(FOLDER), "whose is {path}?");
    routes.route(path, answer)
}

/// The whole program as one service.
pub fn router(state: AppState) -> Router {
    let (documented, mut document) = OpenApiRouter::with_openapi(rest::base())
        .merge(open_to(&state, short()))
        .merge(open_to(&state, people()))
        .merge(server(&state))
        .split_for_parts();
    let (boards, of_boards) = open_to(&state, boards()).split_for_parts();
    document.merge(of_boards);
    let (transfers, of_transfers) = open_to(&state, transfers()).split_for_parts();
    document.merge(of_transfers);
    let rest = open_to(&state, undocumented(&document));
    // The API, once for whoever connects, once for the pages that are made from it.
    let small = Router::new().merge(documented).merge(Router::from(rest));
    let inside = small.clone().merge(boards.clone()).with_state(state.clone());
    small
        .merge(pages(&state, &document, &inside))
        .nest_service("/pkg", package(&state.leptos, state.front_end.clone()))
        // axum's own limit would not bind server functions: they read their body themselves.
        .layer(RequestBodyLimitLayer::new(MAX_FORM))
        .merge(boards)
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, PATIENCE))
        .merge(transfers)
        .layer(
            ServiceBuilder::new()
                .layer(from_fn_with_state(Arc::new(state.clone()), middleware::observe))
                .layer(from_fn_with_state(state.proxies.clone(), middleware::strict_transport))
                .layer(SetResponseHeaderLayer::if_not_present(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")))
                .layer(SetResponseHeaderLayer::if_not_present(header::REFERRER_POLICY, HeaderValue::from_static("same-origin")))
                .layer(map_response(middleware::spell_out)),
        )
        .with_state(state)
}

fn short() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(rest::score)).routes(routes!(rest::leaderboard)).layer(of_the_moment())
}

/// Keys, operators, and players' own accounts.
fn people() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(rest::list_keys, rest::create_key))
        .routes(routes!(rest::show_key, rest::edit_key, rest::delete_key))
        .routes(routes!(rest::rotate_key))
        .routes(routes!(rest::set_up))
        .routes(routes!(rest::sign_in, rest::who_am_i, rest::sign_out))
        .routes(routes!(rest::list_operators, rest::create_operator))
        .routes(routes!(rest::show_operator, rest::edit_operator, rest::delete_operator))
        .routes(routes!(rest::offer_codes, rest::confirm_codes))
        .routes(routes!(rest::challenge_operator))
        .routes(routes!(rest::challenge_passkey))
        .routes(routes!(rest::add_passkey))
        .routes(routes!(rest::list_sessions, rest::end_sessions))
        .routes(routes!(rest::end_session))
        .routes(routes!(rest::list_player_sessions, rest::end_player_sessions))
        .routes(routes!(rest::open_account, rest::show_me, rest::edit_me, rest::delete_me))
        .routes(routes!(rest::export_me))
        .routes(routes!(rest::recover_me, rest::leave_me))
        .routes(routes!(rest::challenge_me))
        .routes(routes!(rest::come_back_by_passkey))
        .routes(routes!(rest::challenge_my_passkey))
        .routes(routes!(rest::add_my_passkey))
        .routes(routes!(rest::remove_my_passkey))
        .routes(routes!(rest::my_sessions))
        .routes(routes!(rest::renew_code))
        .routes(routes!(rest::list_acts))
        .routes(routes!(rest::export_acts))
        .layer(of_the_moment())
}

fn boards() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(rest::list, rest::create))
        .routes(routes!(rest::show, rest::edit, rest::delete))
        .routes(routes!(rest::submit))
        .routes(routes!(rest::entries, rest::remove_many))
        .routes(routes!(rest::entry, rest::change, rest::remove))
        .routes(routes!(rest::history))
        .routes(routes!(rest::moderation, rest::moderate))
        .routes(routes!(rest::list_moderation))
        .routes(routes!(rest::purge))
        .routes(routes!(rest::freeze_board, rest::unfreeze_board))
        .routes(routes!(rest::list_reviews, rest::decide_reviews))
        .routes(routes!(rest::show_review))
        .routes(routes!(rest::begin_run))
        .routes(routes!(rest::finish_run))
        .routes(routes!(rest::percentiles))
        .routes(routes!(rest::periods))
        .routes(routes!(rest::events))
        .routes(routes!(rest::activity))
        .routes(routes!(rest::show_player, rest::put_player, rest::delete_player))
        .routes(routes!(rest::detach_account))
        .routes(routes!(rest::export_player))
        .routes(routes!(rest::show_note, rest::put_note))
        .routes(routes!(rest::player_entries))
        .routes(routes!(rest::player_history))
        .routes(routes!(rest::log))
        .routes(routes!(rest::withdraw))
        .routes(routes!(rest::undo))
        .routes(routes!(rest::roll_back))
        .routes(routes!(rest::rebuild))
        .routes(routes!(rest::combine))
        .routes(routes!(rest::list_jobs))
        .routes(routes!(rest::show_job, rest::cancel_job))
        .routes(routes!(rest::show_limits, rest::edit_limits))
        .routes(routes!(rest::show_status))
        .routes(routes!(rest::show_settings))
        .routes(routes!(rest::diagnose))
        .routes(routes!(rest::list_watchers))
        .routes(routes!(rest::list_webhooks, rest::create_webhook))
        .routes(routes!(rest::show_webhook, rest::edit_webhook, rest::delete_webhook))
        .routes(routes!(rest::test_webhook))
        .routes(routes!(rest::list_deliveries))
        .routes(routes!(rest::replay_delivery))
        .layer(of_the_moment())
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(RequestBodyLimitLayer::new(MAX_BODY))
}

/// What is not for pages of other origins: sockets say themselves whom they are for.
fn server(state: &AppState) -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(rest::card))
        .routes(routes!(rest::player_card))
        .routes(routes!(rest::run_card))
        .routes(routes!(rest::embed))
        .routes(routes!(rest::overlay))
        .routes(routes!(rest::show_badge))
        .layer(of_the_moment())
        .layer(CompressionLayer::new().quality(CompressionLevel::Precise(COMPRESSION)).compress_when(of_texts()))
        .routes(routes!(rest::feed))
        .layer(from_fn_with_state(Arc::new(state.clone()), middleware::rate_limit))
        .routes(routes!(rest::healthz))
        .routes(routes!(rest::readyz))
        .routes(routes!(rest::metrics))
}

/// The document that has all of these, and the end of the API.
fn undocumented(document: &OpenApi) -> OpenApiRouter<AppState> {
    let json = document.to_json().map(Bytes::from).map_err(|_| AppError::Internal);
    let document = async move || Ok::<_, Problem>(rest::document(json.clone()?));
    let routes = plain(Router::new(), "/api/openapi.json", get(document));
    plain(routes, "/api/{*rest}", any(async || Problem::no_route())).layer(of_the_moment()).into()
}

/// Routes of the API as they are open to pages of other origins, with compressed answers.
fn open_to(state: &AppState, routes: OpenApiRouter<AppState>) -> OpenApiRouter<AppState> {
    // An event stream is not compressed: its events must not wait for one another.
    let predicate = SizeAbove::new(MIN_COMPRESSED).and(NotForContentType::SSE);
    // Each request clones what these two are given.
    let shared = Arc::new(state.clone());
    routes
        .layer(from_fn_with_state(shared.clone(), middleware::audit))
        .layer(from_fn_with_state(shared, middleware::rate_limit))
        .layer(SetResponseHeaderLayer::if_not_present(header::CONTENT_SECURITY_POLICY, NO_PAGE))
        .layer(CompressionLayer::new().quality(CompressionLevel::Precise(COMPRESSION)).compress_when(predicate))
        .layer(middleware::cross_origin(state.origins.clone()))
        .layer(map_response(middleware::silent_to_others))
}

/// Bodies of any length, that may take any time as long as they go on.
fn transfers() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(rest::export))
        .routes(routes!(rest::import))
        .layer(of_the_moment())
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyTimeoutLayer::new(PATIENCE))
}

/// What the store says of a board is of the moment.
fn of_the_moment() -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
}

/// The app's pages, rendered here, and its server functions, which `leptos_routes` finds by itself; any other path is a file
/// of the front end, or the page that says "not found".
fn pages(state: &AppState, document: &OpenApi, inside: &Router) -> Router<AppState> {
    let (boards, runs, accounts) = (state.boards.clone(), state.runs.clone(), state.accounts.clone());
    let document = ApiDocument(Arc::new(serde_json::to_value(document).unwrap_or_default()));
    let embedders = state.origins.embedders();
    let (public_url, proxies) = (state.public_url.clone(), state.proxies.clone());
    let (front_end, offline) = (state.front_end.clone(), offline::routes(&state.front_end.built()));
    let routes = inside.clone();
    let context = move || {
        let parts = use_context::<Parts>();
        let signed_in = parts.as_ref().and_then(|parts| parts.extensions.get::<SignedIn>().cloned()).unwrap_or(SignedIn(Ok(None)));
        if let Some(parts) = parts {
            if let Some(site) = rest::site(&parts, &public_url, &proxies) {
                provide_context(site);
            }
            provide_context(Language::of_headers(&parts.headers));
            provide_context::<Arc<dyn Api>>(Arc::new(Inside::of(routes.clone(), parts)));
        }
        let (boards, runs, accounts) = (boards.clone(), runs.clone(), accounts.clone());
        provide_context::<Arc<dyn Backend>>(Arc::new(Visit { boards, runs, accounts, signed_in, asker: Asker::current() }));
        provide_context(embedders.clone());
        provide_context(front_end.built());
        provide_context(document.clone());
    };
    let files = file_and_error_handler_with_context::<AppState, _>(context.clone(), app::shell);
    let dashboard = dashboard(state, inside.clone(), context.clone());
    let options = state.leptos.clone();
    let shell = move || app::shell(options.clone());
    let shared = Arc::new(state.clone());
    let pages = Router::new().leptos_routes_with_context(state, app::routes(), context, shell);
    let pages = ["/admin", "/admin/{*page}"].iter().fold(pages, |routes, path| plain(routes, path, dashboard.clone()));
    let audited = from_fn_with_state(shared.clone(), middleware::audit);
    FORMS
        .iter()
        .fold(pages, |routes, (path, form)| plain(routes, path, form().layer(audited.clone())))
        .layer(from_fn_with_state(shared.clone(), middleware::visitor))
        .merge(texts::routes())
        .merge(offline)
        // Small, and asked for from everywhere: it is made as small as it can be.
        .merge(plain(Router::new(), "/embed.js", rest::embed_script().layer(CompressionLayer::new().quality(CompressionLevel::Best))))
        .fallback_service(get(files).with_state(state.clone()))
        .layer(from_fn_with_state(shared, middleware::rate_limit))
        .layer(from_fn(middleware::same_origin))
        .layer(map_response(middleware::server_function_status))
        .layer(CompressionLayer::new().compress_when(of_texts()))
}

/// What pictures are made of is compressed already, unless it is text.
fn of_texts() -> impl Predicate {
    SizeAbove::new(MIN_COMPRESSED).and(NotForContentType::IMAGES)
}

/// The dashboard's forms: what is refused comes back with the page that it was sent to.
fn dashboard(state: &AppState, routes: Router, context: impl Fn() + Clone + Send + Sync + 'static) -> MethodRouter<AppState> {
    let options = state.leptos.clone();
    post(async move |request: Request| {
        let render = async move |request: Request, posted: Arc<Posted>| {
            let context = move || {
                context();
                provide_context(posted.clone());
            };
            render_app_async_with_context(context, move || app::shell(options.clone()))(request).await
        };
        dashboard::send(routes, request, MAX_FORM, render).await
    })
}

/// The compiled front end. What is in the folder of this build never changes, nor do style sheets, whose names carry a hash of their content. All else may
/// name two contents, so it is asked for again each time. The folder of another build is not there: a page of that build would take a file of this one for its
/// own.
fn package(options: &LeptosOptions, front_end: Arc<FrontEnd>) -> Router {
    let folder = options.site_pkg_dir.clone();
    let files = ServeDir::new(Path::new(&*options.site_root).join(&*folder)).precompressed_br().precompressed_gzip();
    let known = front_end.clone();
    let files = files.map_request(move |request| without_build(request, known.built().for_good.as_deref()));
    let caching = move |OriginalUri(address): OriginalUri, mut response: Response| {
        let (path, built) = (address.path(), front_end.built());
        let is_for_good = |build: &String| path.starts_with(&*format!("/{folder}/{build}/")) || path.ends_with(".css");
        let is_for_good = response.status().is_success() && built.for_good.as_ref().is_some_and(is_for_good);
        let caching = if is_for_good { "public, max-age=31536000, immutable" } else { "no-cache" };
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
        response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
        ready(response)
    };
    Router::new().fallback_service(files).layer(map_response(caching))
}

/// The folder of this build is one in addresses alone.
fn without_build(mut request: Request, build: Option<&str>) -> Request {
    let within = |path: &str| path.strip_prefix('/')?.strip_prefix(build?).filter(|file| file.starts_with('/')).map(str::to_owned);
    if let Some(file) = within(request.uri().path()).and_then(|file| file.parse().ok()) {
        *request.uri_mut() = file;
    }
    request
}
