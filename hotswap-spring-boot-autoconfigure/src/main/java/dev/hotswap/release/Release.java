package dev.hotswap.release;

import java.nio.file.Path;

/**
 * A release that can be launched. Immutable.
 *
 * @param version its version, the name of its folder
 * @param jar the real path of its executable jar
 * @since 0.1.0
 */
public record Release(String version, Path jar) {

}
