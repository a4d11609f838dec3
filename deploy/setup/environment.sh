# Sourced by demo.sh and test.sh: brings the machine, the workloads' images and the devices' disks to where the
# build and the tests can start, and puts the JDK 25 that was found into JAVA_HOME. Wants $root.
# shellcheck shell=bash

"$root/deploy/setup/setup.sh"
JAVA_HOME=$("$root/deploy/setup/setup.sh" --print-java-home)
export JAVA_HOME PATH="/usr/local/sbin:$PATH:/usr/sbin"

sh "$root/deploy/workloads/build.sh" "$root/deploy/target/workloads"
"$root/deploy/workloads/images.sh" "$root/deploy/target/workloads"
"$root/deploy/workloads/stock/images.sh"
"$root/deploy/device/device" build --arch arm64
"$root/deploy/device/device" build --arch amd64
