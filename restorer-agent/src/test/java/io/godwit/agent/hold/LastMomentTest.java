package io.godwit.agent.hold;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.criu.EntryImage;
import io.godwit.criu.ImageFolder;
import io.godwit.criu.ImageKind;
import io.godwit.criu.ImageName;
import io.godwit.criu.Message;
import io.godwit.criu.field.FdType;
import io.godwit.criu.field.FileEntry;
import io.godwit.criu.field.InetSkEntry;
import io.godwit.criu.field.PacketSockEntry;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On what a container on Docker's bridge shows of itself (Linux 6.18). */
class LastMomentTest {
  private static final int PID = 42;

  @TempDir Path folder;
  private Path process;
  private Path images;

  @BeforeEach
  void aNetwork() throws IOException {
    images = Files.createDirectories(folder.resolve("images"));
    process = folder.resolve("proc/" + PID);
    Files.createDirectories(process.resolve("net"));
    Files.writeString(
        process.resolve("net/fib_trie"),
        """
        Main:
          +-- 0.0.0.0/0 3 0 5
             |-- 0.0.0.0
                /0 universe UNICAST
             +-- 172.18.0.0/16 2 0 2
                +-- 172.18.0.0/24 2 0 2
                   |-- 172.18.0.0
                      /16 link UNICAST
                   |-- 172.18.0.9
                      /32 host LOCAL
                |-- 172.18.255.255
                   /32 link BROADCAST
        Local:
             +-- 127.0.0.0/8 2 0 2
                |-- 127.0.0.1
                   /32 host LOCAL
                   |-- 172.18.0.9
                      /32 host LOCAL
        """);
    Files.writeString(
        process.resolve("net/igmp"),
        """
        Idx\tDevice    : Count Querier\tReporter
        1\tlo        :     1      V3
        \t\t\t\t010000E0     1 0:00000000\t\t0
        57\teth0      :     1      V3
        \t\t\t\t010000E0     1 0:00000000\t\t0
        """);
    Files.writeString(
        process.resolve("net/if_inet6"),
        """
        00000000000000000000000000000001 01 80 10 80       lo
        fd000001000000000000000000000009 39 40 00 80     eth0
        fe80000000000000004211fffe120009 39 40 20 80     eth0
        """);
  }

  private static InetAddress address(String text) throws IOException {
    return InetAddress.getByName(text);
  }

  @Test
  void aNetworkIsSeenThroughAProcessInIt() throws IOException {
    assertEquals(
        new NetworkNow(List.of(address("172.18.0.9"), address("fd00:1::9")), Map.of("eth0", 57L)),
        NetworkNow.of(process));
    Files.delete(process.resolve("net/if_inet6"));
    assertEquals(List.of(address("172.18.0.9")), NetworkNow.of(process).addresses());
  }

  @Test
  void ofSeveralAddressesOfAKindNobodyKnowsWhichIsWhich() throws IOException {
    List<InetAddress> two = List.of(address("10.0.0.1"), address("10.0.0.2"), address("fd00::2"));
    assertEquals(
        Map.of(address("fd00::2"), address("fd00:1::9")),
        LastMoment.here(two, List.of(address("172.18.0.9"), address("fd00:1::9"))));
    assertEquals(Map.of(), LastMoment.here(List.of(), two));
  }

  @Test
  void imagesAreFinishedAndSettingsOfTheNetworkGiven() throws IOException {
    Message listener =
        Message.empty()
            .withVarint(InetSkEntry.FAMILY, 2)
            .withVarint(InetSkEntry.PROTO, 6)
            .withVarint(InetSkEntry.STATE, 10)
            .withVarints(InetSkEntry.SRC_ADDR, List.of(0x020011acL), false);
    Message group = Message.empty().withVarint(1, 12).withVarint(2, 1);
    Message packet =
        Message.empty()
            .withVarint(PacketSockEntry.IFINDEX, 12)
            .withMessages(PacketSockEntry.MCLIST, List.of(group));
    Message onLoopback = Message.empty().withVarint(PacketSockEntry.IFINDEX, 1);
    Message onAll = Message.empty().withVarint(PacketSockEntry.IFINDEX, 0);
    EntryImage files =
        EntryImage.of(
            ImageName.of(ImageKind.FILES),
            List.of(
                file(FdType.INETSK, FileEntry.ISK, listener),
                file(FdType.PACKETSK, FileEntry.PSK, packet),
                file(FdType.PACKETSK, FileEntry.PSK, onLoopback),
                file(FdType.PACKETSK, FileEntry.PSK, onAll)));
    Files.write(images.resolve("files.img"), files.encode().toByteArray());
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"linux": {"sysctl": {"net.ipv6.conf.all.disable_ipv6": "0", "kernel.shmmax": "1"}}}
        """);

    LastMoment last =
        new LastMoment(
            new Bundle(folder, Path.of("/usr/local/sbin/runc")),
            images,
            List.of(address("172.17.0.2")),
            folder.resolve("proc"));
    assertEquals(Map.of("net/ipv6/conf/all/disable_ipv6", "0"), last.finish(PID));

    List<Message> now = ImageFolder.of(images).entries(ImageKind.FILES).messages();
    assertEquals(
        List.of(0x090012acL),
        now.get(0).requireMessage(FileEntry.ISK).varints(InetSkEntry.SRC_ADDR));
    Message moved = now.get(1).requireMessage(FileEntry.PSK);
    assertEquals(57, moved.requireVarint(PacketSockEntry.IFINDEX));
    assertEquals(57, moved.messages(PacketSockEntry.MCLIST).getFirst().requireVarint(1));
    assertEquals(onLoopback, now.get(2).requireMessage(FileEntry.PSK));
    assertEquals(onAll, now.get(3).requireMessage(FileEntry.PSK));
  }

  private static Message file(long type, int field, Message file) {
    return Message.empty()
        .withVarint(FileEntry.TYPE, type)
        .withVarint(FileEntry.ID, 1)
        .withMessage(field, file);
  }
}
