# shellcheck shell=bash
# shellcheck disable=SC2154 # setup.sh sets what is read here
# The packages in packages.txt. Sourced by setup.sh.

updated=no

# install PACKAGE...: from the machine's own releases, no more than needed.
install_packages() {
  update_lists
  apt-get -q -y -o DPkg::Lock::Timeout=600 -o Dpkg::Options::=--force-confold install --no-install-recommends "$@" \
    </dev/null >"$apt_log" 2>&1 || {
    tail -n 15 "$apt_log" >&2
    die "apt could not install $*."
  }
}

update_lists() {
  [ "$updated" = no ] || return 0
  # A mirror that fails matters only when a package is then not found.
  apt-get -q -o DPkg::Lock::Timeout=600 update </dev/null >"$apt_log" 2>&1 || tail -n 5 "$apt_log" >&2
  updated=yes
}

# Whether the machine's own releases have a package.
is_packaged() {
  [ -n "$(apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: *//p' | grep -vx '(none)')" ]
}

packages_step() {
  local command package why cross=aarch64 wanted=()
  [ "$(uname -m)" != aarch64 ] || cross=x86_64
  while read -r command package why; do
    command -v "$command" >/dev/null && continue
    [ ! -e "$command" ] || continue
    if [ "$only_check" = yes ]; then
      lack packages "$package ($why)"
    else
      have packages "installing $package: $why"
      wanted+=("$package")
    fi
  done < <(sed -e '/^#/d' -e "s/@CROSS@/$cross/; s/@cross@/${cross//_/-}/" "$here/packages.txt")
  [ ${#wanted[@]} -eq 0 ] || install_packages "${wanted[@]}"
  [ "$missing" = 1 ] || have packages "all there"
}
