#!/usr/bin/env bash
# Installs what LeaderPort is built, run and tested with, on Debian 12 (root or sudo) or a Mac with Homebrew.
#
# Every step says what it is for, does nothing when it is already done, and fails with one line that says what to do.
# Nothing is installed for the whole machine but distribution packages; all else goes to Cargo's own folder
# (CARGO_HOME, by default ~/.cargo).
#
#   .tools/setup.sh          what building and running needs
#   .tools/setup.sh tests    the same, and what tests and checks need
set -euo pipefail
cd "$(dirname "$0")/.."

RUST=1.95.0            # also in rust-toolchain.toml and Cargo.toml
CARGO_LEPTOS=0.3.10    # 0.3.11 wants a newer rustc
CARGO_DENY=0.20.2
NODE_MAJOR=22          # used where the system's Node is older than 20
SASS=1.108.2
BINARYEN=132.0.0
VALKEY_MAJOR=8
WASM=wasm32-unknown-unknown

CARGO_BIN="${CARGO_HOME:-$HOME/.cargo}"
export PATH="$CARGO_BIN/bin:$PATH"
started=$SECONDS
changed=0
updated=0

say()  { printf '\n== %s\n' "$*"; }
ok()   { printf '   ok: %s\n' "$*"; }
do_()  { printf '   %s\n' "$*"; changed=1; }
die()  { printf '\nset-up failed: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }
# True when the first number in $1 (a version string) is at least $2.
at_least() { local n; n=$(printf '%s' "$1" | grep -oE '[0-9]+' | head -1); [ -n "$n" ] && [ "$n" -ge "$2" ]; }

case "$(uname -s)" in
  Darwin) os=mac; have brew || die "Homebrew is missing: install it from https://brew.sh, then run this again" ;;
  Linux)  os=debian; have apt-get || die "this script knows Debian and macOS; elsewhere install what README.md lists under «By hand»" ;;
  *)      die "this script knows Debian and macOS; elsewhere install what README.md lists under «By hand»" ;;
esac

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif have sudo; then sudo "$@"
  else die "installing packages needs root: run this as root, or install sudo"; fi
}

apt_update() {
  [ $updated = 0 ] || return 0
  as_root apt-get update -qq || die "apt-get update failed: check the network and /etc/apt"
  updated=1
}

apt_install() {
  apt_update
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null \
    || die "apt-get install $* failed: run it by hand to see why"
}

# The machine's own Debian archive entry, under another suite: prints a one-line apt source.
debian_source() {
  apt_update
  apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(RELEASE)' 'Created-By: Packages' \
    | awk -v suite="$1" '$2 == "Debian" && $3 !~ /-/ { print "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] " $1 " " suite " main"; exit }'
}

base_tools() {
  say "C compiler and base tools: for crates with C in them"
  if [ $os = mac ]; then
    have cc || die "no C compiler: run xcode-select --install, then this again"
    ok "$(cc --version | head -1)"
    return
  fi
  local missing=()
  have cc || missing+=(gcc libc6-dev)
  have make || missing+=(make)
  have curl || missing+=(curl ca-certificates)
  have ps || missing+=(procps)
  if [ "${#missing[@]}" -gt 0 ]; then do_ "installing ${missing[*]}"; apt_install "${missing[@]}"; fi
  ok "$(cc --version | head -1)"
}

rust() {
  say "Rust $RUST: the compiler this project is pinned to"
  if ! have rustup; then
    do_ "installing rustup"
    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y -q --profile minimal --default-toolchain none \
      || die "rustup could not be installed: see https://rustup.rs"
  fi
  if ! rustup run $RUST rustc --version >/dev/null 2>&1; then
    do_ "installing the toolchain"
    rustup toolchain install $RUST --profile minimal --component clippy,rustfmt \
      || die "rustup toolchain install $RUST failed: is the Rust distribution server reachable?"
  fi
  ok "$(rustc --version)"
}

rust_src_dir() { printf '%s/lib/rustlib/src/rust/library' "$(rustc --print sysroot)"; }
has_rust_src() { [ -e "$(rust_src_dir)/Cargo.lock" ]; }

rust_src() {
  say "The standard library's sources: the release's module has one that is built for its size"
  if ! has_rust_src; then
    do_ "rustup component add rust-src"
    if ! rustup component add rust-src --toolchain $RUST || ! has_rust_src; then rust_src_from_debian; fi
    has_rust_src || die "no sources of the standard library in $(rust_src_dir)"
  fi
  ok "$(rust_src_dir)"
}

# Where Rust's distribution server can't be reached: Debian packages the sources of the very same compiler.
rust_src_from_debian() {
  [ $os = debian ] || die "rustup component add rust-src failed: is the Rust distribution server reachable?"
  do_ "not to be had there: taking Debian's rust-src"
  local tmp apt_opts package
  tmp=$(mktemp -d)
  mkdir -p "$tmp/lists/partial" "$tmp/parts" "$tmp/cache/archives/partial"
  debian_source trixie-backports >"$tmp/sources.list"
  # A source list of its own, so that the machine's packages are not touched.
  apt_opts=(-o Dir::Etc::SourceList="$tmp/sources.list" -o Dir::Etc::SourceParts="$tmp/parts"
            -o Dir::State::Lists="$tmp/lists" -o Dir::Cache="$tmp/cache" -o APT::Sandbox::User=)
  apt-get "${apt_opts[@]}" update -qq || die "Debian's trixie-backports could not be read: check the network and /etc/apt"
  package=$(apt-cache "${apt_opts[@]}" madison rust-src | awk -F' *[|] *' -v v="$RUST" 'index($2, v "+") == 1 { print $2; exit }')
  [ -n "$package" ] || die "Debian has no rust-src $RUST: make the Rust distribution server reachable and run this again"
  (cd "$tmp" && apt-get "${apt_opts[@]}" download -qq "rust-src=$package" && dpkg -x rust-src_*.deb src) \
    || die "rust-src $package could not be downloaded"
  mkdir -p "$(dirname "$(rust_src_dir)")"
  cp -r "$tmp/src/usr/src/rustc-$RUST/library" "$(dirname "$(rust_src_dir)")/"
  rm -rf "$tmp"
}

wasm_std_dir() { printf '%s/lib/rustlib/%s/lib' "$(rustc --print sysroot)" $WASM; }
has_wasm_std() { compgen -G "$(wasm_std_dir)/libstd-*.rlib" >/dev/null; }

wasm_std() {
  say "The WebAssembly standard library: the front end is compiled for $WASM"
  if ! has_wasm_std; then
    do_ "rustup target add $WASM"
    if ! rustup target add $WASM --toolchain $RUST || ! has_wasm_std; then wasm_std_from_sources; fi
    has_wasm_std || die "no standard library for $WASM in $(wasm_std_dir)"
  fi
  ok "$(wasm_std_dir)"
}

wasm_std_from_sources() {
  do_ "not to be had there: building it from its sources (about a minute)"
  local target
  target=$(mktemp -d)
  # The flags are those the compiler's own build gives its standard library.
  (cd "$(rust_src_dir)" \
    && RUSTC_BOOTSTRAP=1 __CARGO_DEFAULT_LIB_METADATA=stablestd CARGO_TARGET_DIR="$target" \
       RUSTFLAGS="-Cembed-bitcode=yes -Zforce-unstable-if-unmarked -Cdebuginfo=0" \
       rustup run $RUST cargo build --release --target $WASM -p sysroot --features "panic-unwind compiler-builtins-mem") \
    || die "the standard library could not be built from $(rust_src_dir)"
  mkdir -p "$(wasm_std_dir)"
  cp "$target/$WASM"/release/deps/*.rlib "$(wasm_std_dir)/"
  rm -rf "$target"
}

# cargo_tool CRATE VERSION OPT_LEVEL [FLAGS]: a prebuilt binary where cargo-binstall can get one, else compiled with a cheap
# profile: as published, cargo-leptos takes 40 CPU-minutes, most of it link-time optimisation that it gains nothing by.
cargo_tool() {
  local crate=$1 version=$2 level=$3
  shift 3
  case "$(cargo install --list)" in *"$crate v$version:"*) ok "$crate $version"; return ;; esac
  if have cargo-binstall; then
    do_ "cargo binstall $crate@$version"
    cargo binstall -y --disable-strategies compile "$crate@$version" && { ok "$crate $version"; return; }
  fi
  do_ "compiling $crate $version, once (cargo-leptos: ten minutes or so)"
  # --force: binaries of another origin may be in the way.
  cargo install "$crate@$version" --locked --force --quiet "$@" \
    --config "profile.release.opt-level=$level" --config profile.release.codegen-units=256 \
    --config profile.release.lto=false --config profile.release.strip=true \
    || die "cargo install $crate@$version failed: run it by hand to see why"
  ok "$crate $version"
}

cargo_tools() {
  say "cargo-leptos: builds server and front end together"
  cargo_tool cargo-leptos $CARGO_LEPTOS 0
  say "wasm-bindgen: makes the JavaScript around the WebAssembly, at the version in Cargo.lock"
  local version
  version=$(awk '/^name = "wasm-bindgen"$/ { getline; gsub(/[^0-9.]/, ""); print; exit }' Cargo.lock)
  [ -n "$version" ] || die "Cargo.lock names no wasm-bindgen: run this in a whole clone"
  cargo_tool wasm-bindgen-cli "$version" 1
}

# Installs npm packages beside cargo's tools.
npm_install() {
  npm install --global --prefix "$CARGO_BIN" --silent --no-audit --no-fund "$@" || die "npm install $* failed: run it by hand to see why"
}

# npm_tool BINARY PACKAGE VERSION
npm_tool() {
  local installed
  installed=$(node -p "require('$CARGO_BIN/lib/node_modules/$2/package.json').version" 2>/dev/null || true)
  if ! { have "$1" && [ "$installed" = "$3" ]; }; then
    do_ "npm install $2@$3"
    npm_install "$2@$3"
  fi
  ok "$2 $3"
}

node_tools() {
  say "Node: runs the style and size tools below, and the browser tests"
  if ! have node || ! have npm; then
    do_ "installing Node and npm"
    if [ $os = mac ]; then brew install --quiet node || die "brew install node failed"; else apt_install nodejs npm; fi
  fi
  if ! at_least "$(node --version)" 20; then
    # Debian 12 has Node 18; the tools want 20. npm's registry carries Node itself, and npm: Debian's looks for its own
    # parts only where Debian's Node looks.
    [ $os = debian ] || die "Node 20 or newer is needed: run brew upgrade node, then this again"
    local cpu; case "$(uname -m)" in x86_64) cpu=x64 ;; aarch64) cpu=arm64 ;; *) die "Node 20 or newer is needed: install it, then run this again" ;; esac
    do_ "Node $(node --version) is too old: Node $NODE_MAJOR from npm, beside cargo"
    npm_install "node-linux-$cpu@$NODE_MAJOR" npm@10
    ln -sf "$CARGO_BIN/lib/node_modules/node-linux-$cpu/bin/node" "$CARGO_BIN/bin/node"
    hash -r
  fi
  ok "node $(node --version)"
  say "sass: compiles the style sheets"
  npm_tool sass sass $SASS
  say "wasm-opt: makes the release's WebAssembly smaller"
  npm_tool wasm-opt binaryen $BINARYEN
}

valkey() {
  say "Valkey $VALKEY_MAJOR or newer: the store; LeaderPort starts its own"
  if ! have valkey-server || ! at_least "$(valkey-server --version | grep -oE 'v=[0-9]+')" $VALKEY_MAJOR; then
    do_ "installing valkey"
    if [ $os = mac ]; then brew install --quiet valkey || die "brew install valkey failed"
    else valkey_from_backports; fi
  fi
  ok "$(valkey-server --version | cut -d' ' -f1-3)"
}

valkey_from_backports() {
  local suite list=/etc/apt/sources.list.d/leaderport-backports.list
  suite="$(. /etc/os-release && echo "${VERSION_CODENAME:?}")-backports"
  if [ -z "$(apt-get indextargets --format '$(RELEASE)' | grep -x "$suite")" ]; then
    do_ "adding the suite $suite to apt ($list)"
    debian_source "$suite" | as_root tee "$list" >/dev/null
    updated=0
  fi
  # The package starts a service of its own, which nobody asked for: keep it from starting, now and at boot.
  local policy=/usr/sbin/policy-rc.d held=0
  if [ ! -e $policy ]; then
    # Whatever happens, other packages may start their services again afterwards.
    trap 'as_root rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
    as_root chmod 755 $policy
    held=1
  fi
  apt_install -t "$suite" valkey-server valkey-tools
  if [ $held = 1 ]; then as_root rm -f $policy; trap - EXIT; fi
  if have systemctl && [ -d /run/systemd/system ]; then as_root systemctl disable --now valkey-server >/dev/null 2>&1 || true; fi
}

browser_tests() {
  say "Chromium and Playwright: the browser tests"
  local chromium=${CHROMIUM:-}
  if [ -z "$chromium" ]; then
    if [ $os = mac ]; then chromium="/Applications/Chromium.app/Contents/MacOS/Chromium"; else chromium=/usr/bin/chromium; fi
  fi
  if [ ! -x "$chromium" ]; then
    do_ "installing Chromium"
    if [ $os = mac ]; then brew install --quiet --cask chromium || die "brew install --cask chromium failed"; else apt_install chromium fonts-noto-color-emoji fonts-liberation; fi
  fi
  ok "$("$chromium" --version --no-sandbox 2>/dev/null | head -1)"
  if ! cmp -s end2end/package-lock.json end2end/node_modules/.installed-lock.json; then
    do_ "npm ci in end2end"
    (cd end2end && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --silent --no-audit --no-fund && cp package-lock.json node_modules/.installed-lock.json) \
      || die "npm ci failed in end2end: run it there by hand to see why"
  fi
  ok "playwright $(node -p "require('./end2end/node_modules/@playwright/test/package.json').version")"
}

# Python 3.11 or newer that can make environments.
has_python() { have python3 && python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

api_tests() {
  say "schemathesis: tests the API by its document, in a Python environment of its own"
  local venv="$CARGO_BIN/lib/schemathesis" pinned=.tools/schemathesis/requirements.txt
  if ! has_python; then
    do_ "installing Python"
    if [ $os = mac ]; then brew install --quiet python3 || die "brew install python3 failed"; else apt_install python3 python3-venv; fi
    hash -r
    has_python || die "Python 3.11 or newer, with venv, is needed: put it on the PATH before $(command -v python3), then run this again"
  fi
  if ! cmp -s $pinned "$venv/.installed.txt"; then
    do_ "pip install -r $pinned"
    { python3 -m venv --clear "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check -r $pinned && cp $pinned "$venv/.installed.txt"; } \
      || die "schemathesis could not be installed: run $venv/bin/pip install -r $pinned by hand to see why"
  fi
  ok "$("$venv/bin/schemathesis" --version)"
}

licence_checks() {
  say "cargo-deny: checks the licences of what the program is made of, and what is known to be wrong with it"
  # Without its own git and network: it uses the system's.
  cargo_tool cargo-deny $CARGO_DENY 0 --no-default-features
}

base_tools
rust
rust_src
wasm_std
node_tools
valkey
if [ "${1:-}" = tests ]; then browser_tests; api_tests; fi
cargo_tools
if [ "${1:-}" = tests ]; then licence_checks; fi

if [ $changed = 0 ]; then say "Nothing to do: all was there ($((SECONDS - started)) s)"
else say "Set-up done ($((SECONDS - started)) s)"; fi
