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

/// Puts a function, and all that nothing else needs, into a part of this name; where it says so with another function, that loads the part
/// without calling it. In builds that are not split it is just called.
macro_rules! chunk {
    ($(#[$about:meta])* $visibility:vis fn $name:ident($($argument:ident: $type:ty),*) -> $output:ty $body:block in $part:ident) => {
        $crate::chunk::chunk!(@ $(#[$about])* $visibility fn $name($($argument: $type),*) -> $output $body in $part [fallible]);
    };
    ($(#[$about:meta])* $visibility:vis fn $name:ident($($argument:ident: $type:ty),*) -> $output:ty $body:block in $part:ident load $load:ident) => {
        $crate::chunk::chunk!(
            @ $(#[$about])* $visibility fn $name($($argument: $type),*) -> $output $body in $part [preload(preload), fallible]
        );

        $visibility async fn $load() -> Result<(), $crate::chunk::Unloaded> {
            #[cfg(feature = "split")]
            preload().await?;
            Ok(())
        }
    };
    (@ $(#[$about:meta])* $visibility:vis fn $name:ident($($argument:ident: $type:ty),*) -> $output:ty $body:block in $part:ident [$($how:tt)*]) => {
        $(#[$about])*
        #[cfg(feature = "split")]
        #[::leptos::wasm_split::wasm_split($part, wasm_split_path = ::leptos::wasm_split, $($how)*)]
        $visibility fn $name($($argument: $type),*) -> Result<$output, $crate::chunk::Unloaded> {
            Ok($body)
        }

        $(#[$about])*
        #[cfg(not(feature = "split"))]
        $visibility async fn $name($($argument: $type),*) -> Result<$output, $crate::chunk::Unloaded> {
            Ok($body)
        }
    };
}
pub(crate) use chunk;
