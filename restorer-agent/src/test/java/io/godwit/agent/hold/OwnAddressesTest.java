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
import io.godwit.criu.field.RegFileEntry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnAddressesTest {
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int ESTABLISHED = 1;
  private static final int CLOSE = 7;
  private static final int LISTEN = 10;
  private static final String OLD = "172.17.0.2";
  private static final String NEW = "172.18.0.9";
  private static final String OLD6 = "fd00::2";
  private static final String NEW6 = "fd00:1::9";

  @TempDir Path images;

  @Test
  void aListenerOnTheOwnAddressListensOnTheNewOne() throws IOException {
    assertEquals(NEW + " 0.0.0.0", moved(TCP, LISTEN, OLD, "0.0.0.0"));
    assertEquals(NEW6 + " ::", moved(TCP, LISTEN, OLD6, "::"));
    assertEquals(NEW + " 0.0.0.0", moved(TCP, CLOSE, OLD, "0.0.0.0"), "bound, and not listening");
  }

  @Test
  void aConnectedDatagramSocketKeepsItsPeer() throws IOException {
    assertEquals(NEW + " 10.0.0.53", moved(UDP, ESTABLISHED, OLD, "10.0.0.53"));
    assertEquals(NEW6 + " fd00::53", moved(UDP, ESTABLISHED, OLD6, "fd00::53"));
  }

  @Test
  void oneThatIsConnectedToItsOwnContainerStaysSo() throws IOException {
    assertEquals(NEW + " " + NEW, moved(UDP, ESTABLISHED, OLD, OLD));
  }

  @Test
  void anIpv4AddressInAnIpv6SocketIsTheSame() throws IOException {
    assertEquals("::ffff:" + NEW + " ::", moved(TCP, LISTEN, "::ffff:" + OLD, "::"));
  }

  @Test
  void whatIsNotTheContainersOwnStays() throws IOException {
    for (String address : List.of("0.0.0.0", "127.0.0.1", "172.17.0.3", "::", "::1", "fd00::3")) {
      String peer = address.contains(":") ? "::" : "0.0.0.0";
      assertEquals(address + " " + peer, moved(TCP, LISTEN, address, peer));
    }
  }

  @Test
  void aConnectionStaysAsItIs() throws IOException {
    assertEquals(OLD + " 10.0.0.5", moved(TCP, ESTABLISHED, OLD, "10.0.0.5"));
  }

  @Test
  void whatHasNoSocketIsNotWrittenAnew() throws IOException {
    Message file =
        Message.empty()
            .withVarint(FileEntry.TYPE, FdType.REG)
            .withVarint(FileEntry.ID, 1)
            .withMessage(FileEntry.REG, Message.empty().withString(RegFileEntry.NAME, "/log"));
    write(file);
    byte[] before = Files.readAllBytes(images.resolve("files.img"));
    assertEquals(0, OpenFiles.rewrite(images, new OwnAddresses(here())::file));
    assertEquals(
        List.of(before.length, 1),
        List.of(Files.readAllBytes(images.resolve("files.img")).length, read().size()));
  }

  private static Map<InetAddress, InetAddress> here() throws UnknownHostException {
    return Map.of(
        InetAddress.getByName(OLD), InetAddress.getByName(NEW),
        InetAddress.getByName(OLD6), InetAddress.getByName(NEW6));
  }

  private String moved(int protocol, int state, String own, String peer) throws IOException {
    boolean six = own.contains(":");
    Message socket =
        Message.empty()
            .withVarint(InetSkEntry.ID, 7)
            .withVarint(InetSkEntry.FAMILY, six ? 10 : 2)
            .withVarint(InetSkEntry.PROTO, protocol)
            .withVarint(InetSkEntry.STATE, state)
            .withVarints(InetSkEntry.SRC_ADDR, words(own), false)
            .withVarints(InetSkEntry.DST_ADDR, words(peer), false);
    write(
        Message.empty()
            .withVarint(FileEntry.TYPE, FdType.INETSK)
            .withVarint(FileEntry.ID, 7)
            .withMessage(FileEntry.ISK, socket));
    OpenFiles.rewrite(images, new OwnAddresses(here())::file);
    Message now = read().getFirst().requireMessage(FileEntry.ISK);
    assertEquals(protocol, now.requireVarint(InetSkEntry.PROTO));
    return text(now.varints(InetSkEntry.SRC_ADDR)) + " " + text(now.varints(InetSkEntry.DST_ADDR));
  }

  private void write(Message file) throws IOException {
    EntryImage image = EntryImage.of(ImageName.of(ImageKind.FILES), List.of(file));
    Files.write(images.resolve("files.img"), image.encode().toByteArray());
  }

  private List<Message> read() throws IOException {
    return ImageFolder.of(images).entries(ImageKind.FILES).messages();
  }

  /** By hand, byte by byte: 172.17.0.2 is 0x020011ac. */
  private static List<Long> words(String address) throws UnknownHostException {
    byte[] bytes =
        address.startsWith("::ffff:")
            ? mapped(InetAddress.getByName(address.substring(7)).getAddress())
            : InetAddress.getByName(address).getAddress();
    List<Long> words = new ArrayList<>();
    for (int i = 0; i < bytes.length; i += 4) {
      long word = 0;
      for (int at = 3; at >= 0; at--) {
        word = word << 8 | bytes[i + at] & 0xff;
      }
      words.add(word);
    }
    return words;
  }

  private static byte[] mapped(byte[] four) {
    byte[] bytes = new byte[16];
    bytes[10] = (byte) 0xff;
    bytes[11] = (byte) 0xff;
    System.arraycopy(four, 0, bytes, 12, 4);
    return bytes;
  }

  private static String text(List<Long> words) throws UnknownHostException {
    for (String known :
        List.of(
            OLD,
            NEW,
            OLD6,
            NEW6,
            "::ffff:" + NEW,
            "0.0.0.0",
            "127.0.0.1",
            "172.17.0.3",
            "::",
            "::1",
            "fd00::3",
            "10.0.0.53",
            "fd00::53",
            "10.0.0.5")) {
      if (words(known).equals(words)) {
        return known;
      }
    }
    return words.toString();
  }
}
