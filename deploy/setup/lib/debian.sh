# shellcheck shell=bash
# Fetches Debian packages of any release and architecture without touching the machine's own package database.
#
# The mirror is the one the machine's own apt configuration names, so the machine's proxies and mirrors keep being
# used; every index is verified against Debian's archive keyring. Sourced by setup.sh and by deploy/device/device.
#
# The caller provides die MESSAGE, which prints its sentence and ends the script.

# Prints the address of the mirror whose releases carry LABEL ("Debian" or "Debian-Security"); nothing when there is none.
debian_mirror() {
  # shellcheck disable=SC2016 # apt's own variables
  apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    awk -F'|' -v label="$1" '$1 == "Debian" && $2 == label { print $3; exit }'
}

# Prints the path of Debian's archive keyring: its suffix differs between releases.
debian_keyring() {
  local suffix
  for suffix in pgp gpg; do
    if [ -e "/usr/share/keyrings/debian-archive-keyring.$suffix" ]; then
      echo "/usr/share/keyrings/debian-archive-keyring.$suffix"
      return
    fi
  done
  die "Debian's archive keyring is missing: install the package debian-archive-keyring."
}

# private_apt_create DIR SUITE ARCH: an apt of its own in DIR, which believes that nothing is installed.
private_apt_create() {
  local dir=$1 suite=$2 arch=$3 mirror security keyring
  mirror=${GODWIT_DEBIAN_MIRROR:-$(debian_mirror Debian)}
  if [ -z "$mirror" ]; then
    # The labels are known only after the first update, which a fresh machine or container has not seen.
    apt-get -qq -o DPkg::Lock::Timeout=600 update || true
    mirror=$(debian_mirror Debian)
  fi
  [ -n "$mirror" ] || die "No Debian mirror in this machine's apt configuration: set GODWIT_DEBIAN_MIRROR to the address of one."
  keyring=$(debian_keyring)
  mkdir -p "$dir/lists/partial" "$dir/archives/partial" "$dir/empty/partial"
  : >"$dir/status"
  echo "$arch" >"$dir/architecture"
  echo "deb [signed-by=$keyring] $mirror $suite main" >"$dir/sources.list"
  security=$(debian_mirror Debian-Security)
  if [ -n "$security" ] && [ "$suite" != sid ]; then
    echo "deb [signed-by=$keyring] $security $suite-security main" >>"$dir/sources.list"
  fi
}

# private_apt DIR ARGUMENT...: apt-get as set up by private_apt_create.
private_apt() {
  local dir=$1 arch
  shift
  arch=$(<"$dir/architecture")
  # Options on the command line, not a file: they must win over what the machine's own apt.conf.d says.
  apt-get -q \
    -o APT::Architecture="$arch" -o APT::Architectures="$arch" -o APT::Sandbox::User=root \
    -o APT::Install-Recommends=false -o Acquire::Retries=3 -o Acquire::Languages=none \
    -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
    -o Dir::State="$dir" -o Dir::State::lists="$dir/lists" -o Dir::State::status="$dir/status" \
    -o Dir::State::extended_states="$dir/extended_states" -o Dir::Cache="$dir" \
    -o Dir::Cache::archives="$dir/archives" -o Dir::Etc::sourcelist="$dir/sources.list" \
    -o Dir::Etc::sourceparts="$dir/empty" -o Dir::Etc::preferencesparts="$dir/empty" \
    -o Dir::Log="$dir" -o APT::Keep-Downloaded-Packages=true "$@"
}

# private_apt_without DIR PACKAGE...: has the private apt believe that these are installed, so that it fetches neither them nor
# what only they need.
private_apt_without() {
  local dir=$1 package
  shift
  for package in "$@"; do
    printf 'Package: %s\nStatus: install ok installed\nVersion: 999:0\nArchitecture: all\nMulti-Arch: allowed\n' "$package"
    printf 'Maintainer: none\nDescription: left out\n\n'
  done >>"$dir/status"
}

# private_apt_fetch DIR PACKAGE...: downloads the packages and all they depend on; prints the file names of the .debs,
# one a line, relative to DIR/archives.
private_apt_fetch() {
  local dir=$1
  shift
  private_apt "$dir" install --yes --download-only "$@" >&2 || return
  # An archive that is already there is not printed, so this looks into an empty folder.
  private_apt "$dir" -o Dir::Cache::archives="$dir/empty" install --yes --print-uris "$@" | awk '/^\047/ { print $2 }'
}

# private_apt_program DIR SUITE PACKAGE...: unpacks these packages of this machine's architecture into DIR/root, without
# what they depend on: for programs that need nothing but a C library.
private_apt_program() {
  local dir=$1 suite=$2 deb
  shift 2
  private_apt_create "$dir/apt" "$suite" "$(dpkg --print-architecture)"
  private_apt "$dir/apt" update >"$dir/log" 2>&1 || die "apt could not read the package lists of Debian $suite: see $dir/log."
  (cd "$dir/apt/archives" && private_apt "$dir/apt" download "$@") >"$dir/log" 2>&1 ||
    die "apt could not fetch $* of Debian $suite: see $dir/log."
  mkdir -p "$dir/root"
  for deb in "$dir"/apt/archives/*.deb; do
    dpkg-deb -x "$deb" "$dir/root"
  done
}
