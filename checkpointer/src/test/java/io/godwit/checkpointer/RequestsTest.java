package io.godwit.checkpointer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.godwit.checkpointer.migration.State;
import io.godwit.checkpointer.testing.Crash;
import io.godwit.checkpointer.testing.Device;
import io.godwit.checkpointer.testing.FakeHost;
import io.godwit.checkpointer.testing.InMemory;
import io.godwit.checkpointer.testing.Service;
import io.godwit.contract.AbortRequest;
import io.godwit.contract.BatchRequest;
import io.godwit.contract.MigrationRequest;
import io.godwit.contract.Preparation;
import io.godwit.contract.Rehearsal;
import io.godwit.contract.Request;
import io.godwit.messaging.PoisonException;
import io.godwit.messaging.Received;
import io.godwit.messaging.Topic;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RequestsTest {
  private static final String OTHER_ID = "99999999-2222-3333-4444-555555555555";

  @TempDir(factory = InMemory.class)
  private Path folder;

  private FakeHost host;
  private Service service;
  private Requests requests;

  @BeforeEach
  void begin() throws IOException {
    host = new FakeHost(folder, Device.Will.SUCCEED);
    service = host.start(new Crash(-1));
    requests =
        new Requests(
            FakeHost.HOST,
            service.journal(),
            service.worker(),
            host.log(),
            service.inbox(),
            service,
            host.clock());
  }

  @AfterEach
  void end() {
    service.worker().close();
  }

  @Test
  void requestSeenTwiceIsOneMigration() throws Exception {
    handle(FakeHost.request());
    handle(FakeHost.request());
    awaitEnd(FakeHost.ID);
    handle(FakeHost.request());
    assertEquals(1, host.publisher().on(Topic.PREPARATIONS, Preparation.class).size());
  }

  @Test
  void oneThatWasJournaledAndNotBegunIsBegunByItsSecondRecord() throws Exception {
    service.accept(FakeHost.request().build());
    handle(FakeHost.request());
    awaitEnd(FakeHost.ID);
  }

  @Test
  void whatCanNeverBeDoneIsPoisonThatNamesEveryFault() throws IOException {
    PoisonException poison =
        assertThrows(
            PoisonException.class,
            () ->
                handle(
                    FakeHost.request()
                        .setMigrationId("../../etc")
                        .setHost("elsewhere")
                        .setContainer("-v /:/host")
                        .setDevice("")));
    String said = poison.getMessage();
    assertTrue(said.contains("is not a UUID"), said);
    assertTrue(said.contains("names host 'elsewhere'"), said);
    assertTrue(said.contains("container '-v /:/host'"), said);
    assertTrue(said.contains("device ''"), said);
    assertTrue(service.journal().unsettled().isEmpty());
  }

  @Test
  void theTraceThatItsRecordNamesIsKeptWhereItNamesNone() {
    String header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    Request request = Request.newBuilder().setMigration(FakeHost.request()).build();
    Request traced = Requests.traced(request, record(header));
    assertEquals(header, traced.getMigration().getTraceparent());
    assertEquals(traced, Requests.traced(traced, record(header.replace('4', '5'))));
    assertEquals(request, Requests.traced(request, record("no trace")));
  }

  private static Received record(String traceparent) {
    return new Received("", new byte[0], Instant.EPOCH, Map.of("traceparent", traceparent));
  }

  @Test
  void emptyRequestIsPoison() {
    assertThrows(
        PoisonException.class, () -> requests.handle(FakeHost.HOST, Request.getDefaultInstance()));
  }

  @Test
  void batchIsItsMigrations() throws Exception {
    BatchRequest batch =
        BatchRequest.newBuilder()
            .addMigrations(FakeHost.request())
            .addMigrations(
                FakeHost.request().setMigrationId(OTHER_ID).setContainer("no-such-container"))
            .build();
    requests.handle(FakeHost.HOST, Request.newBuilder().setBatch(batch).build());
    awaitEnd(FakeHost.ID);
    awaitEnd(OTHER_ID);
    assertEquals(State.SUCCEEDED, state(FakeHost.ID));
    assertEquals(State.FAILED, state(OTHER_ID));
  }

  @Test
  void batchWithAFaultIsNotBegunByHalf() throws IOException {
    BatchRequest batch =
        BatchRequest.newBuilder()
            .addMigrations(FakeHost.request())
            .addMigrations(FakeHost.request().setMigrationId("no"))
            .build();
    assertThrows(
        PoisonException.class,
        () -> requests.handle(FakeHost.HOST, Request.newBuilder().setBatch(batch).build()));
    assertTrue(service.journal().unsettled().isEmpty());
  }

  @Test
  void abortStandsInTheLogAndIsObeyed() throws Exception {
    service.accept(FakeHost.request().build());
    abort(FakeHost.ID);
    assertTrue(host.log().read(FakeHost.ID).getFirst().hasAbort());
    service.worker().recover();
    awaitEnd(FakeHost.ID);
    assertEquals(State.ABORTED, state(FakeHost.ID));
    assertFalse(host.device().runs());
  }

  @Test
  void abortOfAMigrationThatIsOverSaysNothing() throws Exception {
    handle(FakeHost.request());
    awaitEnd(FakeHost.ID);
    int records = host.log().read(FakeHost.ID).size();
    abort(FakeHost.ID);
    assertEquals(records, host.log().read(FakeHost.ID).size());
  }

  @Test
  void anAbortThatComesBeforeItsRequestIsKept() throws Exception {
    abort(FakeHost.ID);
    handle(FakeHost.request());
    awaitEnd(FakeHost.ID);
    assertEquals(State.ABORTED, state(FakeHost.ID));
    assertTrue(host.runs());
    assertTrue(host.publisher().on(Topic.PREPARATIONS, Preparation.class).isEmpty());
  }

  @Test
  void anAbortOfNoMigrationIsPoison() {
    assertThrows(PoisonException.class, () -> abort("../../etc"));
  }

  @Test
  void rehearsalOfAnUnknownMigrationIsPassedOver() throws IOException {
    new Rehearsals(service.journal(), service.inbox())
        .handle(FakeHost.HOST, Rehearsal.newBuilder().setMigrationId("../x").build());
    assertTrue(service.journal().unsettled().isEmpty());
  }

  private void handle(MigrationRequest.Builder request) throws PoisonException, IOException {
    requests.handle(FakeHost.HOST, Request.newBuilder().setMigration(request).build());
  }

  private void abort(String id) throws PoisonException, IOException {
    requests.handle(
        FakeHost.HOST,
        Request.newBuilder()
            .setAbort(AbortRequest.newBuilder().setMigrationId(id).setReason("enough"))
            .build());
  }

  private void awaitEnd(String id) {
    Awaitility.await().until(() -> service.journal().find(id).orElseThrow().settled());
  }

  private State state(String id) throws IOException {
    return service.journal().find(id).orElseThrow().state();
  }
}
