package io.github.moe4j.bench.doctor;

import com.sun.jna.Function;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;

/** What OpenBLAS says of itself, by functions that its Java bindings leave out. */
final class OpenBlasCore {
  private OpenBlasCore() {}

  /** Version and options; empty if another library is loaded, or it cannot be asked. */
  static String config() {
    return text("openblas_get_config");
  }

  /** The processor that it takes this one for; empty as above. */
  static String core() {
    return text("openblas_get_corename");
  }

  private static String text(String function) {
    try {
      Pointer address = Loader.addressof(function);
      if (address == null) {
        return "";
      }
      String text = Function.getFunction(new com.sun.jna.Pointer(address.address()))
          .invokeString(new Object[0], false);
      return text == null ? "" : text.strip();
    } catch (LinkageError e) {
      return ""; // JNA has no native code for this platform
    }
  }
}
