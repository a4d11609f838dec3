# shellcheck shell=bash
# shellcheck disable=SC2034 # the variables are read by build.sh and run.sh
# What differs between architectures. Sourced by device.

# arch_select ARCH: sets the variables below for a Debian architecture.
arch_select() {
  arch=$1
  case $arch in
    arm64)
      kernel_package=linux-image-cloud-arm64
      qemu="qemu-system-aarch64"
      # -cpu max is three to four times slower under emulation; this one has no 52-bit addresses and no pointer authentication.
      qemu_machine=(-M virt -cpu cortex-a72)
      default_processors=2
      console=ttyAMA0
      ;;
    amd64)
      kernel_package=linux-image-cloud-amd64
      qemu="qemu-system-x86_64"
      # All that QEMU has, AVX2 included, which containers of other machines may use; without what they may lack, so
      # that containers find at home whatever they have chosen here, and without a fifth level of page tables. Without
      # "fast" string instructions, too: kernel and libraries would copy with them, which QEMU does byte by byte. Only one:
      # when a processor rewrites kernel code that another runs, QEMU 7 lets that one run into the breakpoint in it, and
      # the kernel panics.
      qemu_machine=(-M q35 -cpu "max,la57=off,pku=off,mpx=off,3dnow=off,3dnowext=off,svm=off,erms=off")
      default_processors=1
      console=ttyS0
      ;;
    *) die "Architecture '$arch' is not known here: use arm64 or amd64." ;;
  esac
}
