# shellcheck shell=bash
# shellcheck disable=SC2154 # build.sh sets what is read here
# Kafka, of the artifacts in Maven Central, where no registry serves its own image. Sourced by build.sh.

readonly kafka_image=apache/kafka:4.4.0

kafka_step() {
  [ "$registry" = no ] || return 0
  stage kafka
  cp -a "$here/kafka/docker" "$here/kafka/bin" "$context/"
  kafka_jars
  cp -rl "$home/kafka" "$context/libs" 2>/dev/null || cp -r "$home/kafka" "$context/libs"
  docker_build "$kafka_image" "$here/kafka/Dockerfile"
}

# The jars that pom.xml names, in $home/kafka; asked for again only when a pom has changed.
kafka_jars() {
  local inputs
  inputs=$(cat "$here/kafka/pom.xml" "$source_root/pom.xml" | sha256sum)
  if [ "$(cat "$home/kafka.inputs" 2>/dev/null)" = "$inputs" ]; then return; fi
  say "fetching Kafka's jars"
  rm -rf "$home/kafka"
  JAVA_HOME=$(jdk) mvn --batch-mode --no-transfer-progress --file "$here/kafka/pom.xml" \
    dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$home/kafka" >"$home/log" 2>&1 ||
    die "Maven could not fetch Kafka's jars: see $home/log."
  echo "$inputs" >"$home/kafka.inputs"
}
