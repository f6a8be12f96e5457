//! Parts of the browser's module that are loaded when they are first called for.

/// What is told when a part can't be loaded: the network is away, or the server has been updated since the page was loaded.
#[derive(Clone, Copy, Debug)]
pub struct Unloaded;

#[cfg(feature = "split")]
impl From<leptos::wasm_split::SplitLoaderError> for Unloaded {
    fn from(_: leptos::wasm_split::SplitLoaderError) -> Self {
        Self
    }
}

/// Puts a function, and all that nothing else needs, into a part of this name, with another function that loads the part without calling it.
/// In builds that are not split it is just called.
macro_rules! chunk {
    ($(#[$about:meta])* $visibility:vis fn $name:ident() -> $output:ty $body:block in $part:ident load $load:ident) => {
        $(#[$about])*
        #[cfg(feature = "split")]
        #[::leptos::wasm_split::wasm_split($part, wasm_split_path = ::leptos::wasm_split, preload(preload), fallible)]
        $visibility fn $name() -> Result<$output, $crate::chunk::Unloaded> {
            Ok($body)
        }

        $(#[$about])*
        #[cfg(not(feature = "split"))]
        $visibility async fn $name() -> Result<$output, $crate::chunk::Unloaded> {
            Ok($body)
        }

        $visibility async fn $load() -> Result<(), $crate::chunk::Unloaded> {
            #[cfg(feature = "split")]
            preload().await?;
            Ok(())
        }
    };
}
pub(crate) use chunk;
