package io.godwit.batch.lead;

import io.godwit.batch.spec.Policy;
import io.godwit.batch.state.Batch;
import io.godwit.batch.state.Member;
import io.godwit.batch.state.Member.Now;
import io.godwit.contract.AbortRequest;
import io.godwit.contract.CheckRequest;
import io.godwit.contract.MigrationRequest;
import io.godwit.contract.Request;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * What is asked of hosts. The same member and attempt give the same request, to the byte: whoever
 * asks twice, or is a leader no more, asks for nothing else.
 */
public final class Asks {
  private Asks() {}

  /** The migration's id: the batch, the member and the attempt in a UUID of version 3. */
  public static String migrationId(String batchId, int member, int attempt) {
    byte[] name =
        "godwit batch %s member %d attempt %d"
            .formatted(batchId, member, attempt)
            .getBytes(StandardCharsets.UTF_8);
    return UUID.nameUUIDFromBytes(name).toString();
  }

  static Request migration(Batch batch, Member member, Now.Flying flying) {
    return Request.newBuilder()
        .setMigration(
            base(batch, member)
                .setMigrationId(flying.migrationId())
                .setDevice(flying.device())
                .setNotAfterMs(flying.notAfter().toEpochMilli()))
        .build();
  }

  static CheckRequest.Item check(Batch batch, Member member) {
    return CheckRequest.Item.newBuilder()
        .setMember(member.index())
        .setMigration(
            base(batch, member)
                .setMigrationId(migrationId(batch.id(), member.index(), 0))
                .setDevice(member.device()))
        .build();
  }

  static Request abort(String migrationId, String reason) {
    return Request.newBuilder()
        .setAbort(AbortRequest.newBuilder().setMigrationId(migrationId).setReason(reason))
        .build();
  }

  private static MigrationRequest.Builder base(Batch batch, Member member) {
    Policy policy = batch.policyOf(member);
    return MigrationRequest.newBuilder()
        .setHost(member.host())
        .setContainer(member.containerId())
        .setRemoveSource(policy.removeSource())
        .setDeadlineMs(batch.spec().timeouts().migration(member.memoryBytes()).toMillis())
        .setRequestedBy(batch.askedBy())
        .setOptions(policy.options())
        .setFreezeBudgetMs(policy.freezeBudget().toMillis())
        .setBatchId(batch.id());
  }
}
