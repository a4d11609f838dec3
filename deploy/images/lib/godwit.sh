# shellcheck shell=bash
# shellcheck disable=SC2154 # build.sh sets what is read here
# The services and the command, of the distributions that the build left in target/dist. Sourced by build.sh.

godwit_step() {
  local service folder version
  version=$(sed -n 's,^  <version>\(.*\)</version>$,\1,p' "$source_root/pom.xml" | head -n 1)
  for service in converter checkpointer restorer-agent batch-controller godwit; do
    folder=$service
    [ "$service" != godwit ] || folder=deploy
    [ "$service" != batch-controller ] || folder=deploy/batch-controller
    [ -x "$source_root/$folder/target/dist/bin/$service" ] ||
      die "$folder/target/dist/bin/$service is missing: build it first (mvn package)."
    stage "$service"
    cp -r "$source_root/$folder/target/dist" "$context/dist"
    cp "$here/service/on-the-machine" "$context/"
    docker_build "godwit/$service:$version" "$here/service/Dockerfile" --target "$service"
  done
}
