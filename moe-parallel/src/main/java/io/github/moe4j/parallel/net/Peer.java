package io.github.moe4j.parallel.net;

import io.github.moe4j.core.group.Exchange;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The connection to another rank. Its reader thread waits for the head of the next frame; the bytes of a frame are read
 * when the rank has a place for them, straight into it.
 */
final class Peer {
  private final int rank;
  private final Wire wire;
  private final Mesh mesh;
  private final ReentrantLock writing = new ReentrantLock();

  // Guarded by the monitor of the mesh's failure.
  private final Set<String> left = new HashSet<>();
  private Exchange.@Nullable Call expected;
  private @Nullable ByteBuffer target;
  private String path = "";
  private boolean here;
  private boolean reading;
  private boolean gone;
  private boolean ended;
  private boolean told;

  Peer(int rank, Wire wire, Mesh mesh) {
    this.rank = rank;
    this.wire = wire;
    this.mesh = mesh;
  }

  int rank() {
    return rank;
  }

  void start() {
    Thread reader = new Thread(this::read, "moe4j rank " + mesh.rank() + " from rank " + rank);
    reader.setDaemon(true);
    reader.start();
  }

  /**
   * The place of the next bytes.
   *
   * @param ofPath the group of the operation
   */
  void expect(String ofPath, Exchange.Call call, ByteBuffer place) {
    synchronized (mesh.failure()) {
      mesh.failure().check();
      if (gone || left.contains(ofPath)) {
        mesh.fail(hasLeft(call), null);
        mesh.failure().check();
      }
      path = ofPath;
      expected = call;
      target = place;
      here = false;
      mesh.failure().notifyAll();
    }
  }

  private String hasLeft(Exchange.@Nullable Call call) {
    return "rank %d closed the group before %s of rank %d".formatted(rank, call, mesh.rank());
  }

  /** Whether the expected bytes have not come yet. */
  boolean isLate() {
    synchronized (mesh.failure()) {
      return target != null;
    }
  }

  /** Whether the rank has not come to the operation yet, as far as is known. */
  boolean isMissing() {
    synchronized (mesh.failure()) {
      return target != null && !here;
    }
  }

  /** Returns when nobody writes into the place any more, which its owner may free. */
  void withdraw() {
    boolean interrupted = false;
    synchronized (mesh.failure()) {
      target = null;
      if (reading) {
        wire.close();
      }
      while (reading) {
        try {
          mesh.failure().wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Sends a frame with the bytes that follow its head. */
  void send(Frame frame, ByteBuffer bytes) {
    writing.lock();
    try {
      wire.write(frame.encoded(), bytes);
    } catch (ClosedByInterruptException e) {
      mesh.fail("rank %d was interrupted".formatted(mesh.rank()), e);
    } catch (IOException e) {
      mesh.failure().await(Mesh.ABORT_MILLIS); // the reader may have been told why
      mesh.fail("rank %d was lost: %s".formatted(rank, e), e);
    } finally {
      writing.unlock();
    }
  }

  /**
   * Sends a frame without bytes if no other is being written for long, and says that it is the last one if so.
   *
   * @param isLast whether nothing follows it
   */
  void tell(Frame frame, boolean isLast) {
    try {
      if (!writing.tryLock(Mesh.ABORT_MILLIS, TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    try {
      wire.write(frame.encoded());
      if (isLast) {
        wire.finish();
      }
    } catch (IOException e) {
      // It is lost, and does not listen any more.
    } finally {
      writing.unlock();
    }
  }

  void close() {
    wire.close();
  }

  /** Says that this rank leaves, and then closes the connection as soon as the other side says nothing more either. */
  void leave() {
    tell(Frame.bye(), true);
    boolean now;
    synchronized (mesh.failure()) {
      told = true;
      now = ended;
    }
    if (now) {
      wire.close();
    }
  }

  private void read() {
    try {
      boolean more = true;
      while (more) {
        more = receive(Frame.read(wire));
      }
    } catch (EOFException e) {
      mesh.fail(
          "rank %d was lost: it closed its connection to rank %d".formatted(rank, mesh.rank()), e);
    } catch (IOException e) {
      mesh.fail("rank %d was lost: %s".formatted(rank, e), e);
    } catch (InterruptedException e) {
      mesh.fail("rank %d was interrupted".formatted(mesh.rank()), e);
    } catch (RuntimeException | Error e) {
      mesh.fail("rank %d failed: %s".formatted(mesh.rank(), e), e);
    } finally {
      boolean now;
      synchronized (mesh.failure()) {
        ended = true;
        now = told;
      }
      if (now) {
        wire.close();
      }
    }
  }

  /** Whether more frames follow. */
  private boolean receive(Frame frame) throws IOException, InterruptedException {
    switch (frame.kind()) {
      case HERE, DATA -> {
        return take(frame);
      }
      case ABORT -> {
        mesh.fail(reason(frame.shown()), null);
        return false;
      }
      case LEAVE -> {
        leave(frame.text(), false);
        return true;
      }
      default -> {
        leave("", true);
        return false;
      }
    }
  }

  /** Why another rank ended the group: of which rank the reason tells. */
  private String reason(String text) {
    return text.startsWith("rank") ? text : "rank %d ended the group: %s".formatted(rank, text);
  }

  private void leave(String ofPath, boolean all) {
    synchronized (mesh.failure()) {
      left.add(ofPath);
      gone |= all;
      if (target != null && (gone || path.equals(ofPath))) {
        mesh.fail(hasLeft(expected), null);
      }
    }
  }

  /** Takes a frame of an operation, once this rank has come to one. */
  private boolean take(Frame frame) throws IOException, InterruptedException {
    ByteBuffer place;
    synchronized (mesh.failure()) {
      while (target == null) {
        if (mesh.isOver() || mesh.failure().isSet()) {
          return false;
        }
        mesh.failure().wait();
      }
      place = target;
      if (!agrees(frame, place.remaining())) {
        return false;
      }
      if (frame.kind() == Frame.Kind.HERE) {
        here = true;
        return true;
      }
      reading = true;
    }
    boolean complete = false;
    try {
      wire.read(place);
      complete = true;
    } finally {
      synchronized (mesh.failure()) {
        reading = false;
        if (complete) {
          target = null;
        }
        mesh.failure().notifyAll();
      }
    }
    return true;
  }

  private boolean agrees(Frame frame, int bytes) {
    Exchange.Call call = expected;
    if (call == null || frame.number() != call.number() || !frame.text().equals(call.text())) {
      Exchange.Call other = new Exchange.Call(frame.number(), frame.shown());
      mesh.fail(
          "ranks disagree: rank %d called %s and rank %d %s"
              .formatted(rank, other, mesh.rank(), call),
          null);
      return false;
    }
    if (frame.bytes() != bytes) {
      mesh.fail(
          "ranks disagree: rank %d sends %d bytes to rank %d, which expects %d, in %s"
              .formatted(rank, frame.bytes(), mesh.rank(), bytes, call),
          null);
      return false;
    }
    return true;
  }
}
