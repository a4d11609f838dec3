# shellcheck shell=bash
# shellcheck disable=SC2154 # setup.sh sets what is read here
# The JDK 25 that compiles and runs Godwit. Sourced by setup.sh.

readonly java_package=openjdk-25-jdk-headless
java_advice="this Debian does not package one. Get one, such as Eclipse Temurin 25 from adoptium.net, unpack it under /usr/lib/jvm or set JAVA_HOME to it, and run this again."

# Prints the folder of a JDK 25 or newer; fails when there is none.
java_home() {
  local candidate on_path version best=''
  on_path=$(readlink -f "$(command -v javac || true)" 2>/dev/null || true)
  for candidate in "${JAVA_HOME-}" "${on_path%/bin/javac}" /usr/lib/jvm/*; do
    [ -n "$candidate" ] && [ -x "$candidate/bin/javac" ] && [ -r "$candidate/release" ] || continue
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$candidate/release")
    [ "${version:-0}" -ge 25 ] || continue
    # 25 itself is what Godwit is tested with; a newer one serves where it is all there is.
    if [ "$version" = 25 ]; then
      echo "$candidate"
      return
    fi
    best=${best:-$candidate}
  done
  [ -n "$best" ] && echo "$best"
}

java_step() {
  local found
  if found=$(java_home); then
    have jdk "$found"
    return
  fi
  if [ "$only_check" = yes ]; then
    lack jdk "no JDK 25 under /usr/lib/jvm, in JAVA_HOME or on the PATH"
    return
  fi
  update_lists
  is_packaged "$java_package" || die "No JDK 25 is here, and $java_advice"
  have jdk "installing $java_package: compiles and runs Godwit"
  install_packages "$java_package"
  java_home >/dev/null || die "$java_package is installed, but no JDK 25 is under /usr/lib/jvm."
}
