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
import io.godwit.docker.Endpoint;
import io.godwit.docker.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastMomentTest {
  private static final String ID = "c0ffee";
  private static final Message GROUP = Message.empty().withVarint(1, 12).withVarint(2, 1);
  private static final Message BOUND =
      Message.empty()
          .withVarint(PacketSockEntry.IFINDEX, 12)
          .withMessages(PacketSockEntry.MCLIST, List.of(GROUP));
  private static final Message ON_LOOPBACK = Message.empty().withVarint(PacketSockEntry.IFINDEX, 1);
  private static final Message ON_ALL = Message.empty().withVarint(PacketSockEntry.IFINDEX, 0);

  /** 172.17.0.2, listening. */
  private static final Message LISTENER =
      Message.empty()
          .withVarint(InetSkEntry.FAMILY, 2)
          .withVarint(InetSkEntry.PROTO, 6)
          .withVarint(InetSkEntry.STATE, 10)
          .withVarints(InetSkEntry.SRC_ADDR, List.of(0x020011acL), false);

  private final Map<String, Endpoint> ends =
      Map.of(
          "bridge", new Endpoint("172.18.0.9", ""),
          "other", new Endpoint("10.0.0.5", ""));

  @TempDir Path folder;
  private Path images;

  @BeforeEach
  void aMachine() throws IOException {
    images = Files.createDirectories(folder.resolve("images"));
    EntryImage files =
        EntryImage.of(
            ImageName.of(ImageKind.FILES),
            List.of(
                file(FdType.INETSK, FileEntry.ISK, LISTENER),
                file(FdType.PACKETSK, FileEntry.PSK, BOUND),
                file(FdType.PACKETSK, FileEntry.PSK, ON_LOOPBACK),
                file(FdType.PACKETSK, FileEntry.PSK, ON_ALL)));
    Files.write(images.resolve("files.img"), files.encode().toByteArray());
    link("lo", 1, 1);
    link("docker0", 3, 3);
    Files.createSymbolicLink(link("veth1", 21, 20).resolve("master"), Path.of("../docker0"));
  }

  private Path link(String name, int number, int peer) throws IOException {
    Path link = Files.createDirectories(folder.resolve("sys/class/net").resolve(name));
    Files.writeString(link.resolve("ifindex"), number + "\n");
    Files.writeString(link.resolve("iflink"), peer + "\n");
    return link;
  }

  /** What the Engine makes of a network: a bridge's port, and its other end. */
  private void attach(int port) throws IOException {
    Files.createSymbolicLink(
        link("veth" + port, port, port - 1).resolve("master"), Path.of("../docker0"));
    link("veth" + (port - 1), port - 1, port);
  }

  private static Message file(long type, int field, Message file) {
    return Message.empty()
        .withVarint(FileEntry.TYPE, type)
        .withVarint(FileEntry.ID, 1)
        .withMessage(field, file);
  }

  private List<Message> finished(Network... there) throws IOException {
    LastMoment last =
        LastMoment.of(
            (network, container) ->
                Optional.of(container)
                    .filter(ID::equals)
                    .flatMap(id -> Optional.ofNullable(ends.get(network))),
            folder.resolve("sys"));
    attach(58);
    last.finish(images, ID, List.of(there));
    return ImageFolder.of(images).entries(ImageKind.FILES).messages();
  }

  private static Network network(String name, String address) {
    return new Network(name, address, 16, "", "", List.of());
  }

  private static List<Long> address(List<Message> files) {
    return files.get(0).requireMessage(FileEntry.ISK).varints(InetSkEntry.SRC_ADDR);
  }

  @Test
  void itsSocketsAreOnItsAddressAndItsInterfaceHere() throws IOException {
    List<Message> files = finished(network("bridge", "172.17.0.2"));
    assertEquals(List.of(0x090012acL), address(files));
    Message bound = files.get(1).requireMessage(FileEntry.PSK);
    assertEquals(57, bound.requireVarint(PacketSockEntry.IFINDEX));
    assertEquals(57, bound.messages(PacketSockEntry.MCLIST).getFirst().requireVarint(1));
    assertEquals(ON_LOOPBACK, files.get(2).requireMessage(FileEntry.PSK));
    assertEquals(ON_ALL, files.get(3).requireMessage(FileEntry.PSK));
  }

  @Test
  void whereAnotherIsStartedAtTheSameTimeNobodyKnowsWhichInterfaceIsWhose() throws IOException {
    LastMoment last =
        LastMoment.of((network, container) -> Optional.empty(), folder.resolve("sys"));
    attach(58);
    attach(60);
    last.finish(images, ID, List.of(network("bridge", "172.17.0.2")));
    assertEquals(
        BOUND,
        ImageFolder.of(images)
            .entries(ImageKind.FILES)
            .messages()
            .get(1)
            .requireMessage(FileEntry.PSK));
  }

  @Test
  void whoIsStartedWhileItWaitsDoesNotMatter() throws IOException {
    LastMoment last =
        LastMoment.of((network, container) -> Optional.empty(), folder.resolve("sys"));
    attach(58);
    last = last.attached();
    attach(60);
    last.attached().finish(images, ID, List.of(network("bridge", "172.17.0.2")));
    Message bound =
        ImageFolder.of(images)
            .entries(ImageKind.FILES)
            .messages()
            .get(1)
            .requireMessage(FileEntry.PSK);
    assertEquals(57, bound.requireVarint(PacketSockEntry.IFINDEX));
  }

  @Test
  void ofSeveralNetworksEachAddressIsThatOfItsOwn() throws IOException {
    List<Message> files = finished(network("other", "172.17.0.2"), network("bridge", "172.19.0.2"));
    assertEquals(List.of(0x0500000aL), address(files));
    assertEquals(
        BOUND, files.get(1).requireMessage(FileEntry.PSK), "nobody knows which interface it was");
  }

  @Test
  void withoutANetworkEverythingStays() throws IOException {
    assertEquals(List.of(0x020011acL), address(finished()));
  }

  @Test
  void inANetworkThatIsNotHereEverythingStays() throws IOException {
    assertEquals(List.of(0x020011acL), address(finished(network("gone", "172.17.0.2"))));
  }
}
