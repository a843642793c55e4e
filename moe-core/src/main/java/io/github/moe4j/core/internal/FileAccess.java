package io.github.moe4j.core.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.AclEntry;
import java.nio.file.attribute.AclFileAttributeView;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may read and write a file, for the one that replaces it. Either may be missing: a file system has permissions of
 * POSIX, access lists, or neither.
 *
 * @param posix owner, group and permissions
 * @param list access list
 */
record FileAccess(
    @Nullable PosixFileAttributes posix, @Nullable List<AclEntry> list) {
  private static final Set<PosixFilePermission> OF_GROUP = EnumSet.of(
      PosixFilePermission.GROUP_READ,
      PosixFilePermission.GROUP_WRITE,
      PosixFilePermission.GROUP_EXECUTE);

  /** That of a file that exists. */
  static FileAccess of(Path file) throws IOException {
    PosixFileAttributeView posix = Files.getFileAttributeView(file, PosixFileAttributeView.class);
    if (posix != null) {
      return new FileAccess(posix.readAttributes(), null);
    }
    AclFileAttributeView list = Files.getFileAttributeView(file, AclFileAttributeView.class);
    return new FileAccess(null, list == null ? null : list.getAcl());
  }

  /** For the creation of the file that replaces it: until it is complete, nobody else may read it. */
  FileAttribute<?>[] whileWritten() {
    return posix == null
        ? new FileAttribute<?>[0]
        : new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(
              EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE))
        };
  }

  /** Gives it to the file that replaces it. Owner and group as far as the user may: mostly only an administrator. */
  void giveTo(Path file) throws IOException {
    if (list != null) {
      Files.getFileAttributeView(file, AclFileAttributeView.class).setAcl(list);
    }
    if (posix != null) {
      give(posix, Files.getFileAttributeView(file, PosixFileAttributeView.class));
    }
  }

  /** Of POSIX, to the file that the view is of. */
  static void give(PosixFileAttributes posix, PosixFileAttributeView view) throws IOException {
    PosixFileAttributes now = view.readAttributes();
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    permissions.addAll(posix.permissions());
    if (!now.group().equals(posix.group()) && !done(() -> view.setGroup(posix.group()))) {
      permissions.removeAll(OF_GROUP); // they would be those of another group
    }
    if (!now.owner().equals(posix.owner())) {
      done(() -> view.setOwner(posix.owner()));
    }
    view.setPermissions(permissions);
  }

  private interface Change {
    void make() throws IOException;
  }

  private static boolean done(Change change) {
    try {
      change.make();
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
