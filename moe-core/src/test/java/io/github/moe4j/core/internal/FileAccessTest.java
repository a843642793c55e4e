package io.github.moe4j.core.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Owners and groups, which the user of the tests need not be able to change. */
class FileAccessTest {
  private record Name(String getName) implements GroupPrincipal {}

  private static PosixFileAttributes attributes(String owner, String group, String permissions) {
    return (PosixFileAttributes) Proxy.newProxyInstance(
        PosixFileAttributes.class.getClassLoader(),
        new Class<?>[] {PosixFileAttributes.class},
        (proxy, method, arguments) -> switch (method.getName()) {
          case "owner" -> new Name(owner);
          case "group" -> new Name(group);
          case "permissions" -> PosixFilePermissions.fromString(permissions);
          default -> throw new AssertionError(method);
        });
  }

  /** That of a file of me in the group mine, which records its changes. */
  private static PosixFileAttributeView view(boolean allowed, List<String> changes) {
    return (PosixFileAttributeView) Proxy.newProxyInstance(
        PosixFileAttributeView.class.getClassLoader(),
        new Class<?>[] {PosixFileAttributeView.class},
        (proxy, method, arguments) -> {
          switch (method.getName()) {
            case "readAttributes" -> {
              return attributes("me", "mine", "rw-------");
            }
            case "setPermissions" -> {
              @SuppressWarnings("unchecked")
              Set<PosixFilePermission> permissions = (Set<PosixFilePermission>) arguments[0];
              changes.add(PosixFilePermissions.toString(permissions));
            }
            case "setGroup", "setOwner" -> {
              if (!allowed) {
                throw new IOException("not permitted");
              }
              changes.add(method.getName() + " " + ((UserPrincipal) arguments[0]).getName());
            }
            default -> throw new AssertionError(method);
          }
          return null;
        });
  }

  @ParameterizedTest
  @CsvSource({
    "me, mine, true, rwxrwxr--",
    "me, mine, false, rwxrwxr--",
    "me, theirs, true, setGroup theirs;rwxrwxr--",
    "me, theirs, false, rwx---r--",
    "they, mine, true, setOwner they;rwxrwxr--",
    "they, mine, false, rwxrwxr--",
    "they, theirs, true, setGroup theirs;setOwner they;rwxrwxr--"
  })
  void give_ownerAndGroup_asFarAsTheUserMay(
      String owner, String group, boolean allowed, String expected) throws IOException {
    List<String> changes = new ArrayList<>();
    FileAccess.give(attributes(owner, group, "rwxrwxr--"), view(allowed, changes));
    assertEquals(expected, String.join(";", changes));
  }
}
