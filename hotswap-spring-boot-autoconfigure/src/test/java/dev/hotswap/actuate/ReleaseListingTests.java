package dev.hotswap.actuate;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;

import dev.hotswap.release.ReleaseStore;
import dev.hotswap.release.ReleaseVerification;
import dev.hotswap.release.Releases;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ReleaseListing} and how {@link HotswapEndpoint} shows it.
 */
class ReleaseListingTests {

	@TempDir
	private Path folder;

	@Test
	void releasesAreShown() throws Exception {
		Path one = Files.createDirectories(this.folder.resolve("releases/1"));
		Path two = Files.createDirectories(this.folder.resolve("releases/2"));
		Files.createFile(one.resolve("app.jar"));
		Files.setLastModifiedTime(one, FileTime.from(Instant.parse("2026-01-01T00:00:00Z")));
		Files.setLastModifiedTime(two, FileTime.from(Instant.parse("2026-01-02T00:00:00Z")));
		Files.createSymbolicLink(this.folder.resolve("current"), Path.of("releases/1"));
		ReleaseListing.Listing listing = (ReleaseListing.Listing) endpoint(this.folder).show("releases");
		assertThat(listing.directory()).isEqualTo(this.folder.toString());
		assertThat(listing.current()).isEqualTo("1");
		assertThat(listing.running()).isNull();
		assertThat(listing.problem()).isNull();
		assertThat(listing.releases()).hasSize(2);
		assertThat(listing.releases().get(0).problem()).contains("0 jars");
		assertThat(listing.releases().get(1)).isEqualTo(
				new ReleaseListing.Entry("1", "app.jar", Instant.parse("2026-01-01T00:00:00Z"), true, false, null));
		assertThat(JsonMapper.shared().writeValueAsString(listing)).contains("\"running\":null", "\"problem\":null");
	}

	@Test
	void folderThatCannotBeReadIsExplained() {
		ReleaseListing.Listing listing = (ReleaseListing.Listing) endpoint(this.folder.resolve("none"))
			.show("releases");
		assertThat(listing.problem()).contains("none");
		assertThat(listing.releases()).isEmpty();
	}

	@Test
	void whatIsNotThereIsNotFound() {
		assertThat(endpoint(this.folder).show("other")).isNull();
		assertThat(endpoint(null).show("releases")).isNull();
		assertThat(new HotswapEndpoint(new TestHandoff(), new ReleaseListing(null)).show("releases")).isNull();
	}

	private static HotswapEndpoint endpoint(Path directory) {
		ReleaseStore store = (directory != null) ? new ReleaseStore(directory, ReleaseVerification.NONE) : null;
		return new HotswapEndpoint(new TestHandoff(),
				new ReleaseListing(Releases.ofThisProcess(store, ReleaseVerification.NONE, 3)));
	}

}
