"""Common given names of the three languages: with a family name beside one of them, a customer's name is that of a person.

Only to be gentler where a sheet does not say; a name that is missing here costs a question, never a letter.
"""

from __future__ import annotations

GIVEN_NAMES = frozenset(
    """
    александр александра алексей алена алёна алина алла анастасия анатолий андрей анна антон антонина аркадий артем артём богдан борис
    вадим валентин валентина валерий валерия василий вера виктор виктория виталий владимир владислав вячеслав галина геннадий георгий
    григорий даниил данила дарья денис дмитрий евгений евгения егор екатерина елена елизавета жанна зинаида зоя иван игорь илья инна
    ирина иосиф карина кирилл кристина ксения лариса лев леонид лидия любовь людмила майя максим маргарита марина мария марк марья
    матвей михаил надежда наталия наталья никита николай нина оксана олег олеся ольга павел петр пётр полина раиса роман руслан савва
    светлана семен семён сергей софия софья станислав степан таисия тамара татьяна тимофей тимур ульяна федор фёдор эдуард элла эльвира
    юлия юрий яков ян яна ярослав
    ангел ангелина андреа антоанета асен атанас биляна благой благовест боряна бойко бойка боян божидар бранимир валери ваня
    васил василка велизар величка венелин венцислав вера весела веселин веселина виолета владислава георги гергана гинка димитър
    димитрина диана добромир драгомир деница деян елеонора емил емилия живко здравко златка злати ива ивайло иванка иво илиана
    илия илиян йоана йордан йорданка калин калина камен камелия катя катерина кирил константин косьо красимир красимира кремена
    лиляна лора лъчезар любен любомир магдалена мариана мариета мариела мариян мартин методи милен милена милка мира мирослав
    мирослава митко мони найден невена нели николина никола огнян павлина паулина пенка петко петър петя пламен пламена поля радка
    радослав радослава райна росен росица румен румяна ралица сашо светослав силвия симеон симона снежана спас стефан стефка стефания
    стойчо стоян стоянка таня теодор теодора тодор тодорка тихомир тони траян филип христина христо цанка цветан цветанка цветелина
    цветомир яна явор ясен
    aaron adam adrian alan albert alex alexander alexandra alice alison amanda amy andrea andrew angela ann anna anne anthony arthur
    barbara benjamin bernard bethany brenda brian caroline catherine charles charlotte christine christopher claire colin craig daniel
    david dawn deborah denise dennis diana donald donna dorothy douglas edward elaine elizabeth ellen emily emma eric eva evelyn fiona
    frances francis frank gareth gary gavin geoffrey george gerald gillian gloria gordon graham grace hannah harold harry heather helen
    henry howard ian irene isabel jack jacqueline jake james jane janet jason jean jennifer jeremy jessica jill joan joanna joanne john
    jonathan joseph joshua joyce judith julia julian julie karen katherine kathleen keith kelly kenneth kevin kimberly laura lauren lee
    leonard leslie lewis linda lisa louise lucy luke lynn malcolm margaret maria marie mark martha martin mary matthew maureen melissa
    michael michelle mohammed nancy natalie neil nicholas nicola nigel norman oliver olivia oscar pamela patricia patrick paul paula
    peter philip rachel ralph raymond rebecca richard robert robin roger ronald rose roy russell ruth ryan samantha samuel sandra sarah
    scott sean sharon shirley simon sophie stephanie stephen steven stuart susan suzanne teresa terence thomas timothy tony tracey
    ursula valerie vanessa veronica victor victoria vincent virginia walter wayne wendy william yvonne zoe
    """.split()
)
