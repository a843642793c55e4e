package io.github.moe4j.core.internal.kernel;

import java.lang.reflect.Proxy;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Two products want the only idle room of the kernels. */
@JCStressTest
@Outcome(
    id = "true, true",
    expect = Expect.ACCEPTABLE,
    desc = "each has one of its own while it works")
@State
public class RoomLoans {
  @SuppressWarnings("unchecked")
  private static final Kernel<float[]> KERNEL = (Kernel<float[]>) Proxy.newProxyInstance(
      Kernel.class.getClassLoader(),
      new Class<?>[] {Kernel.class},
      (self, method, arguments) -> new float[(int) arguments[0]]); // allocate alone is called

  private final Room.Pool<float[]> rooms = new Room.Pool<>(KERNEL);

  /** With one idle room. */
  public RoomLoans() {
    uses(0);
  }

  /** A product. */
  @Actor
  public void first(ZZ_Result result) {
    result.r1 = uses(1);
  }

  /** Another. */
  @Actor
  public void second(ZZ_Result result) {
    result.r2 = uses(2);
  }

  private boolean uses(int number) {
    boolean[] kept = {true};
    rooms.with(room -> {
      float[] array = room.array(0, 16);
      for (int i = 0; i < 16; i++) {
        array[i] = number;
      }
      for (int i = 0; i < 16; i++) {
        kept[0] &= array[i] == number;
      }
    });
    return kept[0];
  }
}
