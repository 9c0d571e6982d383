package dev.hotswap.descriptor;

import java.io.FileDescriptor;
import java.nio.ByteBuffer;

import org.junit.jupiter.api.Test;
import org.newsclub.net.unix.AFUNIXSocketPair;
import org.newsclub.net.unix.AFUNIXSocketChannel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link Descriptor}.
 */
class DescriptorTests {

	@Test
	void duplicateRefersToTheSameFileUnderAnotherNumber() throws Exception {
		try (AFUNIXSocketPair<AFUNIXSocketChannel> pair = AFUNIXSocketPair.open();
				Descriptor first = Descriptor.duplicateOf(pair.getSocket1().getFileDescriptor());
				Descriptor second = first.duplicate()) {
			assertThat(second.number()).isNotEqualTo(first.number());
			assertThat(ListeningSockets.socketInode(second.number()))
				.isEqualTo(ListeningSockets.socketInode(first.number()))
				.isPositive();
		}
	}

	@Test
	void closeReleasesTheNumber() throws Exception {
		try (AFUNIXSocketPair<AFUNIXSocketChannel> pair = AFUNIXSocketPair.open()) {
			Descriptor descriptor = Descriptor.duplicateOf(pair.getSocket1().getFileDescriptor());
			int number = descriptor.number();
			descriptor.close();
			assertThat(descriptor.isClosed()).isTrue();
			assertThat(ListeningSockets.socketInode(number)).isEqualTo(-1);
		}
	}

	@Test
	void secondCloseDoesNotHitTheNextOwnerOfTheNumber() throws Exception {
		try (AFUNIXSocketPair<AFUNIXSocketChannel> pair = AFUNIXSocketPair.open()) {
			FileDescriptor source = pair.getSocket1().getFileDescriptor();
			Descriptor first = Descriptor.duplicateOf(source);
			FileDescriptor raw = first.fileDescriptor();
			int number = first.number();
			first.close();
			try (Descriptor next = Descriptor.duplicateOf(source)) {
				// The kernel gives out the lowest free number
				assertThat(next.number()).isEqualTo(number);
				first.close();
				assertThat(raw.valid()).isFalse();
				assertThat(ListeningSockets.socketInode(number)).isPositive();
			}
		}
	}

	@Test
	void closeDoesNotShutTheSharedDescriptionDown() throws Exception {
		try (AFUNIXSocketPair<AFUNIXSocketChannel> pair = AFUNIXSocketPair.open()) {
			Descriptor.duplicateOf(pair.getSocket1().getFileDescriptor()).close();
			assertThat(pair.getSocket1().write(ByteBuffer.wrap(new byte[] { 7 }))).isOne();
			ByteBuffer buffer = ByteBuffer.allocate(8);
			assertThat(pair.getSocket2().read(buffer)).isOne();
		}
	}

	@Test
	void closedDescriptorCannotBeUsed() throws Exception {
		try (AFUNIXSocketPair<AFUNIXSocketChannel> pair = AFUNIXSocketPair.open()) {
			Descriptor descriptor = Descriptor.duplicateOf(pair.getSocket1().getFileDescriptor());
			descriptor.close();
			assertThatIllegalStateException().isThrownBy(descriptor::fileDescriptor);
			assertThatIllegalStateException().isThrownBy(descriptor::duplicate);
		}
	}

	@Test
	void invalidFileDescriptorCannotBeOwned() {
		assertThatIllegalArgumentException().isThrownBy(() -> Descriptor.own(new FileDescriptor()));
	}

}
