# shellcheck shell=bash
# shellcheck disable=SC2154 # build.sh sets what is read here
# MinIO, compiled from its module: nobody serves images or programs of it any more. Sourced by build.sh.

# The last commit before the project was archived; the tag is that commit's time, as MinIO's own releases are named.
readonly minio_module=github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c
readonly minio_image=minio/minio:RELEASE.2026-02-12T20-18-48Z

# Leaves the program at $home/minio/VERSION/minio.
minio_program() {
  local folder="$home/minio/${minio_module#*@}" go
  minio=$folder/minio
  [ ! -x "$minio" ] || return 0
  go=$(go_program)
  say "compiling MinIO: takes some minutes, once"
  # Sources and objects are gigabytes that nothing asks for again.
  GOPATH="$home/minio/gopath" GOCACHE="$home/minio/cache" GOBIN="$folder.new" GOTOOLCHAIN=local GOFLAGS=-modcacherw CGO_ENABLED=0 \
    "$go" install -trimpath -ldflags '-s -w' "$minio_module" >"$home/log" 2>&1 || die "MinIO was not compiled: see $home/log."
  rm -rf "$folder" "$home/minio/gopath" "$home/minio/cache"
  mv "$folder.new" "$folder"
}

minio_step() {
  minio_program
  stage minio
  cp -l "$minio" "$context/minio" 2>/dev/null || cp "$minio" "$context/minio"
  docker_build "$minio_image" "$here/minio/Dockerfile"
}
