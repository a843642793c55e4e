package io.github.moe4j.parallel.net;

import io.github.moe4j.core.group.Exchange;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The connection to another rank. Its reader thread always waits for the head of the next frame, so that a lost
 * connection is noticed at once; the bytes of a frame are read when the rank has a place for them, straight into it.
 */
final class Peer {
  private final int rank;
  private final Wire wire;
  private final Mesh mesh;
  private final ReentrantLock writing = new ReentrantLock();

  // Guarded by the monitor of the mesh's failure.
  private Exchange.@Nullable Call expected;
  private @Nullable ByteBuffer target;
  private boolean left;

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

  /** The place of the next bytes. */
  void expect(Exchange.Call call, ByteBuffer place) {
    synchronized (mesh.failure()) {
      mesh.failure().check();
      if (left) {
        mesh.fail(
            "rank %d closed the group before %s of rank %d".formatted(rank, call, mesh.rank()),
            null);
        mesh.failure().check();
      }
      expected = call;
      target = place;
      mesh.failure().notifyAll();
    }
  }

  /** Whether the expected bytes have not come yet. */
  boolean isLate() {
    synchronized (mesh.failure()) {
      return target != null;
    }
  }

  /** Sends the bytes of an operation. */
  void send(Exchange.Call call, ByteBuffer bytes) {
    writing.lock();
    try {
      wire.write(Frame.data(call, bytes.remaining()).encoded(), bytes);
    } catch (IOException e) {
      mesh.fail("rank %d was lost: %s".formatted(rank, e), e);
    } finally {
      writing.unlock();
    }
  }

  /** Sends a last frame, if no other is being written; whether it was sent. */
  boolean sendLast(Frame frame) {
    if (!writing.tryLock()) {
      return false;
    }
    try {
      wire.write(frame.encoded());
      wire.finish();
      return true;
    } catch (IOException e) {
      return false;
    } finally {
      writing.unlock();
    }
  }

  void close() {
    wire.close();
  }

  private void read() {
    try {
      while (true) {
        Frame frame = Frame.read(wire);
        switch (frame.kind()) {
          case DATA -> receive(frame);
          case ABORT -> {
            mesh.fail(frame.text(), null);
            return;
          }
          case BYE -> {
            leave();
            return;
          }
        }
      }
    } catch (EOFException e) {
      mesh.fail(
          "rank %d was lost: it closed its connection to rank %d".formatted(rank, mesh.rank()), e);
    } catch (IOException e) {
      mesh.fail("rank %d was lost: %s".formatted(rank, e), e);
    } catch (InterruptedException e) {
      mesh.fail("rank %d was interrupted".formatted(mesh.rank()), e);
    } finally {
      mesh.ended(this);
    }
  }

  private void leave() {
    synchronized (mesh.failure()) {
      left = true;
      if (target != null) {
        mesh.fail(
            "rank %d closed the group before %s of rank %d".formatted(rank, expected, mesh.rank()),
            null);
      }
    }
  }

  private void receive(Frame frame) throws IOException, InterruptedException {
    ByteBuffer place;
    Exchange.Call call;
    synchronized (mesh.failure()) {
      while (target == null) {
        if (mesh.isOver()) {
          return;
        }
        mesh.failure().wait();
      }
      place = target;
      call = expected;
    }
    if (call == null || frame.number() != call.number() || !frame.text().equals(call.text())) {
      mesh.fail(
          "ranks disagree: rank %d called %s and rank %d %s"
              .formatted(rank, new Exchange.Call(frame.number(), frame.text()), mesh.rank(), call),
          null);
    } else if (frame.bytes() != place.remaining()) {
      mesh.fail(
          "ranks disagree: rank %d sends %d bytes to rank %d, which expects %d, in %s"
              .formatted(rank, frame.bytes(), mesh.rank(), place.remaining(), call),
          null);
    } else {
      wire.read(place);
      synchronized (mesh.failure()) {
        target = null;
        mesh.failure().notifyAll();
      }
    }
  }
}
