# SPDX-License-Identifier: GPL-2.0-only WITH cryptsetup-OpenSSL-exception
# gnuplot -e "in='FILE'; out='FILE.png'" jitter.gp: what the network takes, and what the jitter buffer makes of it.
# Columns of in: seconds, delay of a packet above the least, delay added by the buffer, concealed, the latter three in ms.
set terminal pngcairo size 900,540 font "Sans,11"
set output out
set multiplot
set lmargin 9
set rmargin 3
set grid back lt 1 lw 0.5 lc rgb "#dddddd"
set xrange [0:60]
set size 1,0.68
set origin 0,0.32
set title "Jitter buffer, 20 to 200 ms, packets of 20 ms"
set ylabel "delay, ms"
set yrange [0:235]
set ytics 40
set key top left Left reverse samplen 2
do for [t in "12 28 38 46"] { set arrow from t,0 to t,185 nohead lc rgb "#c0a000" dt 3 }
set label "60 ms of jitter,\n1 % lost" at 12.3,182
set label "good again" at 28.3,182
set label "0.4 s of\ncongestion" at 38.3,216
set label "a way 80 ms longer,\n1 % lost" at 46.3,182
plot in using 1:2 with points pt 7 ps 0.25 lc rgb "#999999" title "delay of each packet in the network, above the least", \
     in using 1:3 with lines lc rgb "#0050b0" lw 1.5 title "delay that the buffer adds to the fastest packets"
unset title
unset label
unset arrow
set yrange [0:20]
set ytics 10
set size 1,0.34
set origin 0,0
set xlabel "time, s"
set ylabel "concealed of\neach 20 ms"
plot in using 1:4 with impulses lc rgb "#c00000" notitle
unset multiplot
