package dev.hotswap.benchmark;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;

import javax.xml.parsers.DocumentBuilderFactory;

import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Tests for {@link LatencyChart}.
 */
class LatencyChartTests {

	private static final List<Timeline.Mark> MARKS = List.of(new Timeline.Mark("trigger", 0),
			new Timeline.Mark("launch", 0.05), new Timeline.Mark("cutover", 2), new Timeline.Mark("end", 2.1));

	@Test
	void isADocumentWithATitleForEachPanel() throws Exception {
		Document document = draw(timeline(1), timeline(2));
		assertThat(texts(document)).contains("one & <two>", "panel 0", "panel 1", "trigger", "launch", "cutover", "end",
				"0.1", "1", "10", "100", "-5", "0", "5");
	}

	@Test
	void latencyIsLogarithmic() throws Exception {
		Document document = draw(timeline(1));
		double tenth = labelAt(document, "0.1");
		double one = labelAt(document, "1");
		double ten = labelAt(document, "10");
		assertThat(one - ten).isPositive().isCloseTo(tenth - one, within(0.2));
	}

	@Test
	void namesDoNotLieUponEachOther() throws Exception {
		Document document = draw(timeline(1));
		assertThat(attribute(document, "launch", "x") - attribute(document, "trigger", "x")).isGreaterThan(30);
		assertThat(attribute(document, "end", "x") - attribute(document, "cutover", "x")).isGreaterThan(30);
	}

	@Test
	void lineIsInterruptedWhereNothingWasAnswered() throws Exception {
		Document document = draw(timeline(1));
		List<String> lines = elements(document, "path").stream()
			.filter((path) -> path.getAttribute("stroke").equals("#1f5fa8"))
			.map((path) -> path.getAttribute("d"))
			.toList();
		assertThat(lines).singleElement().asString().matches("M[^M]+M[^M]+");
		assertThat(elements(document, "path").stream().filter((path) -> path.getAttribute("stroke").equals("#c00")))
			.hasSize(1);
	}

	private static Timeline timeline(double median) {
		List<Timeline.Slice> slices = new ArrayList<>();
		for (int i = -50; i < 70; i++) {
			boolean lost = (i == 20);
			slices.add(new Timeline.Slice(i / 10.0, lost ? 0 : median, lost ? 0 : median * 50, lost ? 40 : 0));
		}
		return new Timeline(slices, MARKS);
	}

	private static Document draw(Timeline... timelines) throws Exception {
		List<LatencyChart.Panel> panels = new ArrayList<>();
		for (Timeline timeline : timelines) {
			panels.add(new LatencyChart.Panel("panel " + panels.size(), timeline));
		}
		return DocumentBuilderFactory.newInstance()
			.newDocumentBuilder()
			.parse(new InputSource(new StringReader(LatencyChart.draw("one & <two>", panels))));
	}

	private static double labelAt(Document document, String text) {
		return attribute(document, text, "y");
	}

	private static double attribute(Document document, String text, String name) {
		return elements(document, "text").stream()
			.filter((element) -> element.getTextContent().equals(text))
			.mapToDouble((element) -> Double.parseDouble(element.getAttribute(name)))
			.findFirst()
			.orElseThrow();
	}

	private static List<String> texts(Document document) {
		return elements(document, "text").stream().map(Element::getTextContent).toList();
	}

	private static List<Element> elements(Document document, String name) {
		NodeList nodes = document.getElementsByTagName(name);
		List<Element> elements = new ArrayList<>();
		for (int i = 0; i < nodes.getLength(); i++) {
			elements.add((Element) nodes.item(i));
		}
		return elements;
	}

}
