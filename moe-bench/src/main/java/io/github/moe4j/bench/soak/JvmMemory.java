package io.github.moe4j.bench.soak;

import java.lang.management.ManagementFactory;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/**
 * What Native Memory Tracking says, if the JVM was started with {@code -XX:NativeMemoryTracking=summary}.
 *
 * @param heapKilobytes committed for the Java heap
 * @param otherKilobytes committed for all else of the JVM: threads, code, classes, collector
 */
record JvmMemory(long heapKilobytes, long otherKilobytes) {
  private static final Pattern TOTAL = Pattern.compile("Total: .*committed=(\\d+)KB");
  private static final Pattern HEAP = Pattern.compile("Java Heap \\(.*committed=(\\d+)KB");

  /** Null if it is off. */
  static @Nullable JvmMemory now() {
    try {
      Object text = ManagementFactory.getPlatformMBeanServer()
          .invoke(
              new ObjectName("com.sun.management:type=DiagnosticCommand"),
              "vmNativeMemory",
              new Object[] {new String[] {"summary"}},
              new String[] {String[].class.getName()});
      return parse(String.valueOf(text));
    } catch (JMException e) {
      return null; // another JVM
    }
  }

  static @Nullable JvmMemory parse(String text) {
    Matcher total = TOTAL.matcher(text);
    Matcher heap = HEAP.matcher(text);
    if (!total.find() || !heap.find()) {
      return null;
    }
    long heapKilobytes = Long.parseLong(heap.group(1));
    return new JvmMemory(heapKilobytes, Long.parseLong(total.group(1)) - heapKilobytes);
  }
}
