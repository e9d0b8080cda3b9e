//! docs/benchmarks.svg: a bar for each case and size.

use super::measured::Measured;
use super::rows::Plot;

const BAR: f64 = 15.0;
const GROUP_GAP: f64 = 12.0;
const LEFT: f64 = 200.0;
const WIDTH: f64 = 480.0;
const TOP: f64 = 64.0;
/// One colour a size.
const COLOURS: [&str; 3] = ["#3b7dd8", "#e08a3c", "#5aa469"];

/// The plot as text of an SVG file.
pub fn svg(plot: &Plot, measured: &Measured) -> String {
    let per_item = |size: u32, id: &str| measured.nanos(id).map_or(0.0, |nanos| nanos / f64::from(size));
    let longest = plot.ids().map(|(_, size, id)| per_item(size, &id)).fold(1.0, f64::max);
    let mut body = legend(plot);
    let mut y = TOP;
    for case in &plot.cases {
        let height: f64 = plot.sizes.iter().map(|_| BAR).sum();
        let middle = y + height / 2.0 + 4.5;
        body.extend([format!(
            "<text x=\"{:.0}\" y=\"{middle:.1}\" text-anchor=\"end\">{}</text>\n",
            LEFT - 10.0,
            case.label
        )]);
        for (size, colour) in plot.sizes.iter().zip(COLOURS.iter().cycle()) {
            let nanos = per_item(*size, &format!("{}/{}/{size}", plot.group, case.name));
            let length = nanos / longest * WIDTH;
            body.extend([format!(
                "<rect x=\"{LEFT:.0}\" y=\"{y:.1}\" width=\"{length:.1}\" height=\"{:.1}\" rx=\"2\" fill=\"{colour}\"/>\n\
                 <text x=\"{:.1}\" y=\"{:.1}\" class=\"value\">{nanos:.1}</text>\n",
                BAR - 2.0,
                LEFT + length + 6.0,
                y + BAR - 4.5,
            )]);
            y += BAR;
        }
        y += GROUP_GAP;
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"760\" height=\"{y:.0}\" viewBox=\"0 0 760 {y:.0}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"13\" fill=\"#222\">\n\
         <style>.value {{ font-size: 11px; fill: #555 }}</style>\n\
         <rect width=\"760\" height=\"{y:.0}\" fill=\"#fff\"/>\n\
         <text x=\"20\" y=\"26\" font-size=\"16\" font-weight=\"600\">{}</text>\n{body}</svg>\n",
        plot.title
    )
}

fn legend(plot: &Plot) -> String {
    let mut text = String::new();
    let mut x = LEFT;
    for (size, colour) in plot.sizes.iter().zip(COLOURS.iter().cycle()) {
        text.extend([format!(
            "<rect x=\"{x:.0}\" y=\"40\" width=\"12\" height=\"12\" rx=\"2\" fill=\"{colour}\"/>\n\
             <text x=\"{:.0}\" y=\"50\">{size} users</text>\n",
            x + 18.0
        )]);
        x += 130.0;
    }
    text
}
