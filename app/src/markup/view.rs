use super::{Markup, Tag};
#[cfg(feature = "ssr")]
use leptos::tachys::ssr::StreamBuilder;
use leptos::{
    prelude::{IntoRender, Render, RenderHtml},
    tachys::{
        html::attribute::any_attribute::AnyAttribute,
        hydration::Cursor,
        no_attrs,
        view::{Position, PositionState},
    },
};

no_attrs!(Markup);

impl IntoRender for Tag {
    type Output = Markup;

    fn into_render(self) -> Markup {
        self.into()
    }
}

#[cfg(feature = "hydrate")]
impl Render for Markup {
    type State = super::root::Root;

    fn build(self) -> Self::State {
        Self::State::build(self)
    }

    fn rebuild(self, state: &mut Self::State) {
        state.become_of(self);
    }
}

/// The server builds no pages, it writes them.
#[cfg(not(feature = "hydrate"))]
impl Render for Markup {
    type State = ();

    fn build(self) {}

    fn rebuild(self, (): &mut ()) {}
}

impl RenderHtml for Markup {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {
        #[cfg(feature = "ssr")]
        self.views(&mut |view| view.dry_resolve());
    }

    async fn resolve(self) -> Self {
        #[cfg(feature = "ssr")]
        return self.resolved().await;
        #[cfg(not(feature = "ssr"))]
        self
    }

    fn to_html_with_buf(
        self,
        buf: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        #[cfg(feature = "ssr")]
        self.write(buf, position);
        #[cfg(not(feature = "ssr"))]
        let _ = (buf, position);
        // Only islands mark branches, and markup takes no attributes from outside.
        let _ = (escape, mark_branches, extra_attrs);
    }

    #[cfg(feature = "ssr")]
    fn to_html_async_with_buf<const OUT_OF_ORDER: bool>(
        self,
        buf: &mut StreamBuilder,
        position: &mut Position,
        _escape: bool,
        _mark_branches: bool,
        _extra_attrs: Vec<AnyAttribute>,
    ) {
        self.stream::<OUT_OF_ORDER>(buf, position);
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> Self::State {
        #[cfg(feature = "hydrate")]
        return Self::State::adopt(self, cursor, position);
        #[cfg(not(feature = "hydrate"))]
        let _ = (cursor, position);
    }

    fn into_owned(self) -> Self {
        self
    }
}
